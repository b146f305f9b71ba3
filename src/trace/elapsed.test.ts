import { expect, test } from 'vitest'
import { elapsedSince } from './elapsed.ts'

test('milliseconds to the microsecond', () => {
  const clock = { monotonicMs: () => 100.123_456_789 }
  expect(elapsedSince(99, clock)).toBe(1.123)
  expect(elapsedSince(100.123_456_789, clock)).toBe(0)
})
