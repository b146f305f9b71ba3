import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeBcd, encodeBcd } from './bcd.ts'

test('nibbles are swapped and padded with F', () => {
  expect(toHex(encodeBcd('89882110000000000010'))).toBe('98881201000000000001')
  expect(toHex(encodeBcd('123', 3))).toBe('21f3ff')
  expect(decodeBcd(fromHex('21f3ff'), 'X')).toBe('123')
  expect(decodeBcd(fromHex(''), 'X')).toBe('')
})

test('other nibbles, and digits behind padding, are refused', () => {
  for (const hex of ['2a', 'f1f2', '1ff1', 'b1']) {
    expect(() => decodeBcd(fromHex(hex), 'EF_ICCID'), hex).toThrow(InvalidMessage)
  }
})

test('our own misuse is a RangeError', () => {
  expect(() => encodeBcd('12a')).toThrow(RangeError)
  expect(() => encodeBcd('12345', 2)).toThrow(RangeError)
})
