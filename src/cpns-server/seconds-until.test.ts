import { expect, test } from 'vitest'
import { secondsUntil } from './seconds-until.ts'

test('rounds up, never says 0, and never more than a day', () => {
  expect([1, 1_000, 1_001, -5].map((ms) => secondsUntil(100 + ms, 100))).toEqual([1, 1, 2, 1])
  expect(secondsUntil(1e12, 0)).toBe(86_400)
})
