import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../octets/octets.ts'
import { hkdf, hkdfExpand, hkdfExtract } from './hkdf.ts'
import { Secret } from './secret.ts'

const range = (first: number, last: number): string =>
  toHex(Uint8Array.from({ length: last - first + 1 }, (_, n) => first + n))

const VECTORS = [
  {
    id: 'A.1',
    ikm: '0b'.repeat(22),
    salt: range(0x00, 0x0c),
    info: range(0xf0, 0xf9),
    prk: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    id: 'A.2',
    ikm: range(0x00, 0x4f),
    salt: range(0x60, 0xaf),
    info: range(0xb0, 0xff),
    prk: '06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244',
    okm:
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c' +
      '59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71' +
      'cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    id: 'A.3',
    ikm: '0b'.repeat(22),
    salt: '',
    info: '',
    prk: '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
    okm: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
]

const secret = (hex: string): Secret => Secret.of(fromHex(hex))
const shown = (key: Secret): string => toHex(key.reveal())

describe('RFC 5869 appendix A', () => {
  test.each(VECTORS)('$id', ({ ikm, salt, info, prk, okm }) => {
    const length = okm.length / 2
    expect(shown(hkdfExtract(fromHex(salt), secret(ikm)))).toBe(prk)
    expect(shown(hkdfExpand(secret(prk), fromHex(info), length))).toBe(okm)
    const input = { salt: fromHex(salt), info: fromHex(info), length }
    expect(shown(hkdf(secret(ikm), input))).toBe(okm)
  })
})

describe('lengths', () => {
  test('a shorter output is the start of a longer one', () => {
    const prk = secret('01'.repeat(32))
    const long = shown(hkdfExpand(prk, 'CPNS session', 100))
    for (const length of [0, 1, 31, 32, 33, 64, 72])
      expect(shown(hkdfExpand(prk, 'CPNS session', length))).toBe(long.slice(0, 2 * length))
  })

  test('255 blocks at most', () => {
    const prk = secret('01'.repeat(32))
    expect(hkdfExpand(prk, '', 8160)).toHaveLength(8160)
    expect(() => hkdfExpand(prk, '', 8161)).toThrow(RangeError)
  })
})

test('info as text stands for its UTF-8 octets', () => {
  const prk = secret('02'.repeat(32))
  expect(shown(hkdfExpand(prk, 'é', 32))).toBe(shown(hkdfExpand(prk, fromHex('c3a9'), 32)))
})
