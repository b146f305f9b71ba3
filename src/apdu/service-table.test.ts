import { expect, test } from 'vitest'
import { fromHex, toHex } from '../octets/octets.ts'
import { encodeServiceTable, hasService, UST_SERVICE } from './service-table.ts'

test('service 1 is the lowest bit of the first octet, service 68 the fourth of the ninth', () => {
  expect(toHex(encodeServiceTable([1, 8, 9], 3))).toBe('810100')
  const table = encodeServiceTable([UST_SERVICE.gba], 12)
  expect(toHex(table)).toBe('000000000000000008000000')
  expect(hasService(table, UST_SERVICE.gba)).toBe(true)
  expect([67, 69, 1, 96].map((service) => hasService(table, service))).toEqual(Array(4).fill(false))
})

test('a short table has no service beyond its end', () => {
  expect(hasService(fromHex('ffff'), 17)).toBe(false)
  expect(hasService(fromHex(''), 1)).toBe(false)
})

test('our own misuse is a RangeError', () => {
  expect(() => encodeServiceTable([9], 1)).toThrow(RangeError)
  expect(() => encodeServiceTable([0], 1)).toThrow(RangeError)
})
