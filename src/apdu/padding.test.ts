import { expect, test } from 'vitest'
import { fromHex, toHex } from '../octets/octets.ts'
import { padded } from './padding.ts'

test('FF up to the length, and no further', () => {
  expect(toHex(padded(fromHex('0102'), 4))).toBe('0102ffff')
  expect(toHex(padded(fromHex('0102'), 2))).toBe('0102')
  expect(() => padded(fromHex('0102'), 1)).toThrow(RangeError)
})
