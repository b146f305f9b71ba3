import { expect, test } from 'vitest'
import { clockText, countdownText, dateText } from './time-text.ts'

test.each([
  [-5, 'over'],
  [0, 'over'],
  [1, '1 s'],
  [59_000, '59 s'],
  [59_001, '1 min 00 s'],
  [243_000, '4 min 03 s'],
  [86_399_000, '23 h 59 min'],
  [30 * 86_400_000, '30 d 0 h'],
])('%i ms are %s', (leftMs, text) => {
  expect(countdownText(leftMs)).toBe(text)
})

test('time of day and date, UTC', () => {
  const atMs = Date.UTC(2026, 10, 28, 9, 8, 7, 6)
  expect(clockText(atMs)).toBe('09:08:07.006')
  expect(dateText(atMs)).toBe('2026-11-28 09:08:07 UTC')
})
