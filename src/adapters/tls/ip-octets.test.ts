import { expect, test } from 'vitest'
import { toHex } from '../../octets/octets.ts'
import { ipOctets } from './ip-octets.ts'

test.each([
  ['127.0.0.1', '7f000001'],
  ['::', '00'.repeat(16)],
  ['::1', `${'00'.repeat(15)}01`],
  ['2001:db8::8:0:417a', '20010db80000000000000008'.concat('0000417a')],
  ['fe80::', `fe80${'00'.repeat(14)}`],
  ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
])('%s', (address, octets) => {
  expect(toHex(ipOctets(address))).toBe(octets)
})

test.each(['', 'localhost', '1.2.3', '1.2.3.256', '::1%lo', '1::2::3'])('%j is none', (text) => {
  expect(() => ipOctets(text)).toThrow(RangeError)
})
