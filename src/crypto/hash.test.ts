import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex, utf8 } from '../octets/octets.ts'
import { hmacSha256, md5, sha1, sha256 } from './hash.ts'

describe('known answers of "abc"', () => {
  test.each([
    [
      'FIPS 180-4 SHA-256',
      sha256,
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    ],
    ['FIPS 180-4 SHA-1', sha1, 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['RFC 1321 A.5 MD5', md5, '900150983cd24fb0d6963f7d28e17f72'],
  ] as const)('%s', (_name, hash, expected) => {
    expect(toHex(hash(utf8('abc')))).toBe(expected)
    expect(toHex(hash(utf8('a'), utf8(''), utf8('bc')))).toBe(expected)
    expect(Object.getPrototypeOf(hash(utf8('abc')))).toBe(Uint8Array.prototype)
  })

  test('nothing at all', () => {
    expect(toHex(md5())).toBe('d41d8cd98f00b204e9800998ecf8427e')
  })
})

const AA131 = 'aa'.repeat(131)

describe('RFC 4231 4 HMAC-SHA-256', () => {
  test.each([
    [
      1,
      '0b'.repeat(20),
      '4869205468657265',
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      2,
      '4a656665',
      toHex(utf8('what do ya want for nothing?')),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      3,
      'aa'.repeat(20),
      'dd'.repeat(50),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      4,
      '0102030405060708090a0b0c0d0e0f10111213141516171819',
      'cd'.repeat(50),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      6,
      AA131,
      toHex(utf8('Test Using Larger Than Block-Size Key - Hash Key First')),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      7,
      AA131,
      toHex(
        utf8(
          'This is a test using a larger than block-size key and a larger than block-size data. ' +
            'The key needs to be hashed before being used by the HMAC algorithm.',
        ),
      ),
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])('test case %i', (_case, key, data, expected) => {
    const octets = fromHex(data)
    expect(toHex(hmacSha256(fromHex(key), octets))).toBe(expected)
    expect(toHex(hmacSha256(fromHex(key), octets.subarray(0, 5), octets.subarray(5)))).toBe(
      expected,
    )
  })

  test('test case 5, truncated to 128 bits', () => {
    const mac = hmacSha256(fromHex('0c'.repeat(20)), utf8('Test With Truncation'))
    expect(toHex(mac.subarray(0, 16))).toBe('a3b6167473100ee06e0c796c2955552b')
  })
})

test('HMAC is that of the platform, whatever the lengths', () => {
  const lengths = [...Array(131).keys(), 950, 959, 960, 961, 962, 5000]
  for (const length of lengths) {
    const key = Uint8Array.from({ length }, (_, n) => 7 * n + length)
    const data = Uint8Array.from({ length }, (_, n) => n ^ length)
    const kept = toHex(key)
    expect(toHex(hmacSha256(key, data))).toBe(createHmac('sha256', key).update(data).digest('hex'))
    expect(toHex(key)).toBe(kept)
  }
})
