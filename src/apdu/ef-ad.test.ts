import { expect, test } from 'vitest'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeMncLength, encodeEfAd } from './ef-ad.ts'

test('octet 4 holds the length of the MNC', () => {
  expect([encodeEfAd(2), encodeEfAd(3)].map(toHex)).toEqual(['00000002', '00000003'])
  expect([encodeEfAd(2), encodeEfAd(3)].map(decodeMncLength)).toEqual([2, 3])
})

test('an old or empty file says nothing, one of a later release the same', () => {
  for (const hex of ['', '000000', '00000000', 'ffffffff']) {
    expect(decodeMncLength(fromHex(hex)), hex).toBeUndefined()
  }
  expect(decodeMncLength(fromHex('0000000203'))).toBe(2)
  // The high half is for future use.
  expect(decodeMncLength(fromHex('000000f3'))).toBe(3)
})
