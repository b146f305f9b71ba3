import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import {
  assertOctets,
  concatOctets,
  equalOctets,
  fromBase64,
  fromHex,
  fromUtf8,
  lengthPrefixed,
  octetsToFill,
  toBase64,
  toHex,
  toLatin1,
  uint16,
  uint32,
  uint64,
  utf8,
  xorOctets,
} from './octets.ts'

const SEED = { seed: 20260101 }

describe('text forms', () => {
  test('hex and base64 come back as they went', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
        expect(fromHex(toHex(octets))).toEqual(octets)
        expect(fromHex(toHex(octets).toUpperCase())).toEqual(octets)
        expect(fromBase64(toBase64(octets))).toEqual(octets)
      }),
      SEED,
    )
  })

  test('a view is written as its own octets, not as those around it', () => {
    const view = Uint8Array.of(1, 2, 3, 4, 5).subarray(1, 3)
    expect(toHex(view)).toBe('0203')
    expect(toBase64(view)).toBe('AgM=')
  })

  test.each(['0', '0g', '0x00', ' 00', '00 ', '00\n', '٠٠', 'é0'])(
    'refuses %j as hex, naming the field',
    (text) => {
      expect(() => fromHex(text, 'RAND')).toThrow(
        new InvalidMessage('not an even number of hex digits', 'RAND'),
      )
    },
  )

  test.each([
    ['no padding', 'AA'],
    ['half the padding', 'AA='],
    ['too much padding', 'AAA=='],
    ['padding inside', 'AA==AAAA'],
    ['only padding', '===='],
    ['unused bits that are not zero', 'AB=='],
    ['unused bits of three digits', 'AAB='],
    ['white space', 'AAAA '],
    ['a line end', 'AAAA\n'],
    ['the URL alphabet', 'A-_A'],
    ['one digit', 'A'],
    ['a foreign digit', 'AAÁA'],
  ])('refuses base64 with %s', (_case, text) => {
    expect(() => fromBase64(text, 'HASH')).toThrow(
      new InvalidMessage('not canonical base64', 'HASH'),
    )
  })

  test.each([0, 1, 63, 64, 65, 200])('a text of %d characters is UTF-8, ASCII or not', (length) => {
    for (const text of ['a'.repeat(length), 'é'.repeat(length), `${'a'.repeat(length)}\u{1f511}`]) {
      expect(utf8(text)).toEqual(new TextEncoder().encode(text))
      expect(fromUtf8(utf8(text))).toBe(text)
    }
  })

  test('each octet is a character of ISO 8859-1', () => {
    const all = Uint8Array.from({ length: 256 }, (_, n) => n)
    const text = toLatin1(all)
    expect(Array.from(all, (_, n) => text.charCodeAt(n))).toEqual([...all])
    expect(toLatin1(all.subarray(65, 67))).toBe('AB')
  })

  test.each([0, 64, 65, 5000])('an array to be filled has its %d octets for itself', (length) => {
    const [one, other] = [octetsToFill(length), octetsToFill(length)]
    one.fill(1)
    other.fill(2)
    expect([one.length, other.length]).toEqual([length, length])
    expect(one.every((octet) => octet === 1)).toBe(true)
  })

  test('nothing is the text of no octets', () => {
    expect(fromHex('')).toEqual(new Uint8Array(0))
    expect(fromBase64('')).toEqual(new Uint8Array(0))
  })

  test('reads a mebioctet of text', () => {
    const octets = new Uint8Array(1 << 20).fill(0xa5)
    expect(equalOctets(fromHex(toHex(octets)), octets)).toBe(true)
    expect(equalOctets(fromBase64(toBase64(octets)), octets)).toBe(true)
  })

  test('what is read is a plain Uint8Array of its own', () => {
    for (const octets of [fromHex('0102'), fromBase64('AQI='), utf8('ab'), concatOctets(utf8('a'))])
      expect(Object.getPrototypeOf(octets)).toBe(Uint8Array.prototype)
    expect(fromHex('0102').buffer.byteLength).toBe(2)
  })

  test('UTF-8 keeps a byte order mark and refuses what is not UTF-8', () => {
    expect(fromUtf8(utf8('Zoë\u{1f511}'))).toBe('Zoë\u{1f511}')
    expect(fromUtf8(fromHex('efbbbf61'))).toBe('\ufeffa')
    for (const bad of ['ff', 'c0af', 'eda080', 'e282', 'f4908080'])
      expect(() => fromUtf8(fromHex(bad), 'UserID')).toThrow(
        new InvalidMessage('not UTF-8', 'UserID'),
      )
  })
})

describe('arithmetic', () => {
  test('concatenates in order', () => {
    expect(concatOctets()).toEqual(new Uint8Array(0))
    expect(toHex(concatOctets(fromHex('01'), fromHex(''), fromHex('0203')))).toBe('010203')
  })

  test('XOR', () => {
    expect(toHex(xorOctets(fromHex('ff0f'), fromHex('0ff0')))).toBe('f0ff')
    expect(() => xorOctets(fromHex('ff'), fromHex('ffff'))).toThrow(RangeError)
  })

  test('compares whole octet strings', () => {
    expect(equalOctets(fromHex('0102'), fromHex('0102'))).toBe(true)
    expect(equalOctets(fromHex('0102'), fromHex('0103'))).toBe(false)
    expect(equalOctets(fromHex('0102'), fromHex('010200'))).toBe(false)
    expect(equalOctets(fromHex(''), fromHex(''))).toBe(true)
  })
})

describe('integers, big-endian', () => {
  test('at the ends of their ranges', () => {
    expect([0, 0x0102, 0xffff].map((n) => toHex(uint16(n)))).toEqual(['0000', '0102', 'ffff'])
    expect(toHex(uint32(0xfffffffe))).toBe('fffffffe')
    expect(toHex(uint64((1n << 64n) - 2n))).toBe('fffffffffffffffe')
  })

  test.each([-1, 0x10000, 1.5, Number.NaN])('%d has no two octets', (value) => {
    expect(() => uint16(value)).toThrow(RangeError)
  })

  test('out of range for four and eight', () => {
    for (const value of [-1, 2 ** 32, 0.5]) expect(() => uint32(value)).toThrow(RangeError)
    for (const value of [-1n, 1n << 64n]) expect(() => uint64(value)).toThrow(RangeError)
  })

  test('a length before its octets', () => {
    expect(toHex(lengthPrefixed(utf8('abc')))).toBe('0003616263')
    expect(lengthPrefixed(new Uint8Array(0xffff))).toHaveLength(0x10001)
    expect(() => lengthPrefixed(new Uint8Array(0x10000))).toThrow(RangeError)
  })
})

test('assertOctets names the argument and the lengths it may have, never its octets', () => {
  expect(() => assertOctets('K', fromHex('aabb'), [2, 4])).not.toThrow()
  expect(() => assertOctets('K', fromHex('aabbcc'), [2, 4])).toThrow('K has 3 octets, not 2 or 4')
  expect(() => assertOctets('RAND', fromHex('aa'), 16)).toThrow(RangeError)
})
