import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { concatOctets, fromHex, toHex } from '../octets/octets.ts'
import { decodeTlv, decodeTlvs, encodeTlv, findTlv } from './ber-tlv.ts'
import { expectNoPrefixDecodes } from './truncation.fixture.ts'

const decode = (octets: Uint8Array) => decodeTlvs(octets, 'X')
const start = (octets: Uint8Array) => toHex(octets.subarray(0, 5))

test('lengths in one, two and three octets; tags in one and two', () => {
  expect(toHex(encodeTlv(0x80, fromHex('01')))).toBe('800101')
  expect(toHex(encodeTlv(0x5f2d, fromHex('656e')))).toBe('5f2d02656e')
  expect(start(encodeTlv(0x62, new Uint8Array(0x7f)))).toBe('627f000000')
  expect(start(encodeTlv(0x62, new Uint8Array(0x80)))).toBe('6281800000')
  expect(start(encodeTlv(0x62, new Uint8Array(0x100)))).toBe('6282010000')
})

test('what is encoded is decoded', () => {
  const tag = fc.constantFrom(0x4f, 0x50, 0x62, 0x80, 0xa5, 0xdf01, 0x7f20, 0x5f2d)
  const tlv = fc.record({ tag, value: fc.uint8Array({ maxLength: 300 }) })
  fc.assert(
    fc.property(fc.array(tlv, { maxLength: 5 }), (tlvs) => {
      const octets = concatOctets(...tlvs.map((one) => encodeTlv(one.tag, one.value)))
      expect(decode(octets)).toEqual(tlvs)
    }),
    { seed: 3, numRuns: 200 },
  )
})

test('an object is whole or refused, whatever the form of its length', () => {
  for (const length of [1, 0x80, 0x101]) {
    const octets = encodeTlv(0x5f2d, new Uint8Array(length))
    expectNoPrefixDecodes(octets, (cut) => decodeTlv(cut, 0x5f2d, 'X'))
  }
  for (const hex of ['80', '8002aa', '808001', '8083000001aa', '80ff', '5f', '5f81']) {
    expect(() => decode(fromHex(hex)), hex).toThrow(InvalidMessage)
  }
})

test('FF where a tag should be starts padding', () => {
  expect(decode(fromHex('800101ff80'))).toEqual([{ tag: 0x80, value: fromHex('01') }])
  expect(decode(fromHex('ffff'))).toEqual([])
})

test('00 where a tag should be is skipped', () => {
  const one = { tag: 0x80, value: fromHex('01') }
  expect(decode(fromHex('0080010100008101020000'))).toEqual([
    one,
    { tag: 0x81, value: fromHex('02') },
  ])
  expect(decode(fromHex('0000'))).toEqual([])
  expect(decodeTlv(fromHex('0000800101'), 0x80, 'X')).toEqual(fromHex('01'))
})

test('the first object of a tag is found, another first tag is refused', () => {
  const tlvs = decode(fromHex('800101800102810103'))
  expect(findTlv(tlvs, 0x80)).toEqual(fromHex('01'))
  expect(findTlv(tlvs, 0x83)).toBeUndefined()
  expect(() => decodeTlv(fromHex('810101'), 0x80, 'EF_IMPI')).toThrow('EF_IMPI: without tag 80')
  expect(decodeTlv(fromHex('80010183ff'), 0x80, 'X')).toEqual(fromHex('01'))
})

test('our own misuse is a RangeError', () => {
  for (const tag of [0, 0x1f, 0xff, 0x5fff, 0x5f80, 0x6201, 0xff01, 0x5f2d01]) {
    expect(() => encodeTlv(tag, new Uint8Array(0)), String(tag)).toThrow(RangeError)
  }
  expect(() => encodeTlv(0x80, new Uint8Array(0x10000))).toThrow(RangeError)
})
