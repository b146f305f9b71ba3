import { expect, test } from 'vitest'
import { toHex } from '../../src/octets/octets.ts'
import { createSeededRandom } from './seeded-random.ts'

test('one seed gives one stream, however it is cut', () => {
  const whole = createSeededRandom('a').octets(100)
  const cut = createSeededRandom('a')
  const parts = [cut.octets(1), cut.octets(0), cut.octets(70), cut.octets(29)]
  expect(parts.map(toHex).join('')).toBe(toHex(whole))
})

test('other seeds give other octets', () => {
  const drawn = [0, 1, '01', 'b'].map((seed) => toHex(createSeededRandom(seed).octets(16)))
  expect(new Set(drawn).size).toBe(4)
})
