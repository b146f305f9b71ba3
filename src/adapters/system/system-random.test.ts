import { expect, test } from 'vitest'
import { toHex } from '../../octets/octets.ts'
import { createSystemRandom } from './system-random.ts'

test.each([0, 1, 12, 16, 32, 4095, 4096, 4097, 100_000])('gives %d octets', (length) => {
  const octets = createSystemRandom().octets(length)
  expect(octets).toHaveLength(length)
  if (length >= 12) expect(octets.some((octet) => octet !== 0)).toBe(true)
})

test('gives every octet once, over many pools', () => {
  const random = createSystemRandom()
  const drawn = Array.from({ length: 2_000 }, () => toHex(random.octets(16)))
  expect(new Set(drawn).size).toBe(drawn.length)
})

test('what was handed out is the caller’s own', () => {
  const random = createSystemRandom()
  const first = random.octets(16)
  const copy = toHex(first)
  const second = random.octets(16)
  expect(toHex(first)).toBe(copy)
  expect(first.buffer).not.toBe(second.buffer)
  expect(first.buffer.byteLength).toBe(16)
})
