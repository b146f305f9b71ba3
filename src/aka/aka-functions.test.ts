import { expect, test } from 'vitest'
import { AMF_LENGTH, assertMacInput, assertRand, RAND_LENGTH } from './aka-functions.ts'

const rand = new Uint8Array(RAND_LENGTH)
const amf = new Uint8Array(AMF_LENGTH)

test('RAND has 16 octets and AMF 2, TS 33.102 6.3.7', () => {
  expect([RAND_LENGTH, AMF_LENGTH]).toEqual([16, 2])
  expect(() => assertMacInput({ rand, amf })).not.toThrow()
})

test('other lengths are refused, by name', () => {
  expect(() => assertRand(amf)).toThrow('RAND has 2 octets, not 16')
  expect(() => assertMacInput({ rand: amf, amf })).toThrow('RAND has 2 octets, not 16')
  expect(() => assertMacInput({ rand, amf: rand })).toThrow('AMF has 16 octets, not 2')
})
