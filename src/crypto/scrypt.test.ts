import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../octets/octets.ts'
import { deriveScryptKey } from './scrypt.ts'
import { Secret } from './secret.ts'

const derive = (password: string, salt: string, [n, r, p]: [number, number, number]) =>
  deriveScryptKey(Secret.of(utf8(password)), { salt: utf8(salt), n, r, p, length: 64 })

describe('RFC 7914 12', () => {
  test('password "" and salt "", N 16, r 1, p 1', async () => {
    expect(toHex((await derive('', '', [16, 1, 1])).reveal())).toBe(
      '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442' +
        'fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906',
    )
  })

  test('password "password" and salt "NaCl", N 1024, r 8, p 16', async () => {
    expect(toHex((await derive('password', 'NaCl', [1024, 8, 16])).reveal())).toBe(
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162' +
        '2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
    )
  })
})

describe('cost', () => {
  test.each([
    ['no power of 2', [1000, 8, 1]],
    ['more than 256 MiB', [1 << 19, 8, 1]],
  ] as const)('%s is refused', async (_, cost) => {
    await expect(derive('x', 'y', [...cost])).rejects.toThrow(RangeError)
  })
})
