import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { InvalidMessage } from '../../errors/errors.ts'
import { fromHex, toHex } from '../../octets/octets.ts'
import { failureOf } from './diameter.fixture.ts'
import {
  type AvpType,
  address,
  diameterIdentity,
  enumerated,
  integer32,
  mapped,
  octetString,
  secretOctets,
  time,
  unsigned32,
  utf8String,
} from './value-types.ts'

const COLOUR = enumerated({ RED: 0, BLUE: -1 })

function codeOf(type: AvpType<unknown>, hex: string): number {
  return failureOf(() => type.decode(fromHex(hex))).resultCode
}

describe('each type is written and read (RFC 6733 4.2, 4.3)', () => {
  test.each<readonly [string, AvpType<unknown>, unknown, string]>([
    ['OctetString', octetString({ min: 0, max: 3 }), fromHex('00ff'), '00ff'],
    ['UTF8String', utf8String({ min: 1, max: 9 }), 'Zoë', '5a6fc3ab'],
    ['DiameterIdentity', diameterIdentity, 'hss-1.example_x', '6873732d312e6578616d706c655f78'],
    ['Unsigned32', unsigned32, 0xfffffffe, 'fffffffe'],
    ['Integer32', integer32, -2, 'fffffffe'],
    ['Enumerated', COLOUR, 'BLUE', 'ffffffff'],
    ['Address, IPv4', address, { family: 1, octets: fromHex('7f000001') }, '00017f000001'],
    ['Address, E.164', address, { family: 8, octets: fromHex('313233') }, '0008313233'],
  ])('%s', (_name, type, value, hex) => {
    expect(toHex(type.encode(value))).toBe(hex)
    expect(type.decode(fromHex(hex))).toEqual(value)
    expect(fromHex(hex).length).toBeGreaterThanOrEqual(type.minOctets)
    expect(type.depth).toBe(0)
  })

  test('a key, which nothing shows', () => {
    const type = secretOctets({ min: 2, max: 2 })
    const key = type.decode(fromHex('abcd'))
    expect(JSON.stringify(key)).not.toContain('abcd')
    expect(key.equals(Secret.of(fromHex('abcd')))).toBe(true)
    expect(toHex(type.encode(key))).toBe('abcd')
  })

  test('numbers, over all of their range', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
        expect(integer32.decode(integer32.encode(value))).toBe(value)
        expect(unsigned32.decode(unsigned32.encode(value + 2 ** 31))).toBe(value + 2 ** 31)
      }),
      { seed: 20260101 },
    )
  })
})

describe('Time: NTP seconds with two eras (RFC 6733 4.3.1)', () => {
  test.each([
    ['1970-01-01T00:00:00Z', '83aa7e80'],
    ['2026-01-01T00:00:00Z', 'ed003780'],
    ['the last second from 1900', 'ffffffff', Date.UTC(2036, 1, 7, 6, 28, 15)],
    ['the first second from 2036', '00000000', Date.UTC(2036, 1, 7, 6, 28, 16)],
    ['2040-01-01T00:00:00Z', '0754fd00'],
    ['the earliest', '80000000', Date.UTC(1968, 0, 20, 3, 14, 8)],
    ['the latest', '7fffffff', Date.UTC(2104, 1, 26, 9, 42, 23)],
  ])('%s', (name, hex, atMs = Date.parse(name)) => {
    expect(toHex(time.encode(atMs))).toBe(hex)
    expect(time.decode(fromHex(hex))).toBe(atMs)
  })

  test('outside the two eras, and parts of a second, are not written', () => {
    const first = Date.UTC(1968, 0, 20, 3, 14, 8)
    const last = Date.UTC(2104, 1, 26, 9, 42, 23)
    for (const atMs of [first - 1000, last + 1000, first + 1, Number.NaN, Infinity])
      expect(() => time.encode(atMs)).toThrow(RangeError)
  })

  test('three octets, or five, are 5014', () => {
    expect([codeOf(time, '000000'), codeOf(time, '0000000000')]).toEqual([5014, 5014])
  })
})

describe('wrong data', () => {
  test.each<[string, AvpType<unknown>, string, number]>([
    ['OctetString too short', octetString({ min: 2, max: 3 }), '00', 5014],
    ['OctetString too long', octetString({ min: 2, max: 3 }), '00000000', 5014],
    ['a key too short', secretOctets({ min: 2, max: 2 }), '00', 5014],
    ['UTF8String that is none', utf8String({ min: 0, max: 9 }), 'ff', 5004],
    ['DiameterIdentity with a space', diameterIdentity, '612062', 5004],
    ['DiameterIdentity that is empty', diameterIdentity, '', 5014],
    ['Unsigned32 of three octets', unsigned32, '000001', 5014],
    ['Integer32 of eight octets', integer32, '0000000000000001', 5014],
    ['Enumerated without that value', COLOUR, '00000002', 5004],
    ['Enumerated of one octet', COLOUR, '00', 5014],
    ['Address of one octet', address, '00', 5014],
    ['Address of IPv4 with five octets', address, '00017f00000100', 5004],
    ['Address of IPv6 with four octets', address, '00027f000001', 5004],
  ])('%s', (_case, type, hex, resultCode) => {
    expect(codeOf(type, hex)).toBe(resultCode)
  })

  test('what a reader would refuse is not written', () => {
    const attempts = [
      () => octetString({ min: 1, max: 2 }).encode(new Uint8Array(0)),
      () => secretOctets({ min: 2, max: 2 }).encode(Secret.of(fromHex('ab'))),
      () => utf8String({ min: 0, max: 2 }).encode('äö'),
      () => diameterIdentity.encode('a b'),
      () => unsigned32.encode(2 ** 32),
      () => integer32.encode(2 ** 31),
      () => integer32.encode(0.5),
      () => COLOUR.encode('toString' as 'RED'),
      () => address.encode({ family: 1, octets: new Uint8Array(5) }),
    ]
    for (const attempt of attempts) expect(attempt).toThrow(RangeError)
  })

  test('a mapped type turns only InvalidMessage into 5004', () => {
    const raise = (error: Error) =>
      mapped(octetString({ min: 0, max: 1 }), {
        format: (value: Uint8Array) => value,
        parse() {
          throw error
        },
      })
    expect(codeOf(raise(new InvalidMessage('odd', 'x')), '')).toBe(5004)
    expect(() => raise(new TypeError('ours')).decode(fromHex(''))).toThrow(TypeError)
  })
})
