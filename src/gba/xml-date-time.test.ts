import { describe, expect, test } from 'vitest'
import { formatXmlDateTime, parseXmlDateTime } from './xml-date-time.ts'

const AT_MS = Date.UTC(2026, 10, 24, 10, 0, 0)

describe('xs:dateTime', () => {
  test('is written in UTC and whole seconds', () => {
    expect(formatXmlDateTime(AT_MS)).toBe('2026-11-24T10:00:00Z')
    expect(formatXmlDateTime(AT_MS + 999)).toBe('2026-11-24T10:00:00Z')
  })

  test.each([
    ['2026-11-24T10:00:00Z', AT_MS],
    ['2026-11-24T10:00:00', AT_MS],
    ['2026-11-24T10:00:00.25Z', AT_MS + 250],
    ['2026-11-24T10:00:00.123456789Z', AT_MS + 123],
    ['2026-11-24T12:30:00+02:30', AT_MS],
    ['2026-11-24T09:00:00-01:00', AT_MS],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ])('%s is read', (text, atMs) => {
    expect(parseXmlDateTime(text, 'lifetime')).toBe(atMs)
  })

  test.each([
    '',
    '2026-11-24',
    '2026-11-24 10:00:00Z',
    '2026-11-24T10:00Z',
    '2026-13-24T10:00:00Z',
    '2026-02-29T10:00:00Z',
    '2026-11-24T24:01:00Z',
    '2026-11-24T10:00:60Z',
    '2026-11-24T10:00:00+99:00',
    '12026-11-24T10:00:00Z',
    ' 2026-11-24T10:00:00Z',
    'tomorrow',
  ])('%j is refused', (text) => {
    expect(() => parseXmlDateTime(text, 'lifetime')).toThrow('lifetime: not a date and time')
  })
})
