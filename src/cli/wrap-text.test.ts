import { expect, test } from 'vitest'
import { shownTime, wrapText } from './wrap-text.ts'

test('no line is over 80 columns, nothing is lost, and each line stands behind the indent', () => {
  const text = Array.from({ length: 60 }, (_, n) => `word${n}`).join(' ')
  const lines = wrapText(text, '   ')
  expect(lines.length).toBeGreaterThan(4)
  for (const line of lines) {
    expect(line.length).toBeLessThanOrEqual(80)
    expect(line).toMatch(/^ {3}\S/)
  }
  expect(lines.map((line) => line.trim()).join(' ')).toBe(text)
})

test('a short one is one line; a word that fits nowhere stays whole', () => {
  expect(wrapText('as it is')).toEqual(['as it is'])
  const long = 'x'.repeat(90)
  expect(wrapText(`a ${long} b`, ' ')).toEqual([' a', ` ${long}`, ' b'])
})

test('a time without its milliseconds', () => {
  expect(shownTime('2100-01-01T00:00:00.123Z')).toBe('2100-01-01T00:00:00Z')
})
