import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../octets/octets.ts'
import { kdf } from './kdf.ts'

const KEY = utf8('a key of whatever length')

describe('the KDF of TS 33.220 B.2', () => {
  test('FC, then each parameter followed by its length in two octets', () => {
    const s = Buffer.from('01 6162 0002 0000 63 0001'.replaceAll(' ', ''), 'hex')
    const expected = createHmac('sha256', KEY).update(s).digest('hex')
    expect(toHex(kdf(KEY, 0x01, [utf8('ab'), utf8(''), utf8('c')]))).toBe(expected)
  })

  test('a parameter over 255 octets has both octets of its length', () => {
    const long = new Uint8Array(0x1234).fill(7)
    const s = Buffer.concat([Uint8Array.of(0x02), long, Uint8Array.of(0x12, 0x34)])
    expect(toHex(kdf(KEY, 0x02, [long]))).toBe(createHmac('sha256', KEY).update(s).digest('hex'))
  })

  test('65535 octets are the limit of a parameter', () => {
    expect(kdf(KEY, 0x01, [new Uint8Array(0xffff)])).toHaveLength(32)
    expect(() => kdf(KEY, 0x01, [new Uint8Array(0x10000)])).toThrow(RangeError)
  })

  test.each([-1, 256, 1.5])('FC %s does not fit an octet', (fc) => {
    expect(() => kdf(KEY, fc, [])).toThrow(RangeError)
  })
})
