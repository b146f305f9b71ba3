import { expect, test } from 'vitest'
import { messageEvent, noteEvent } from './console.fixture.ts'
import { CHART_SECONDS, createRateMeter } from './rate-meter.ts'

const NOW = 1_800_000_000_000

test('messages a second of each point over the last minute', () => {
  const meter = createRateMeter()
  meter.add([
    messageEvent(1, { atMs: NOW }),
    messageEvent(2, { atMs: NOW - 999 }),
    messageEvent(3, { atMs: NOW - 59_000, point: 'Ub' }),
    messageEvent(4, { atMs: NOW - 60_000, point: 'Zh' }),
    noteEvent(5),
  ])
  const series = meter.series(NOW)
  expect(series.map(({ point }) => point)).toEqual(['CPNS-2', 'Ub', 'Zh'])
  expect(series[0]?.counts).toHaveLength(CHART_SECONDS)
  expect(series[0]?.counts.slice(-2)).toEqual([1, 1])
  expect(series[1]?.counts[0]).toBe(1)
})

test('what is over a minute old is forgotten, and its chart stays', () => {
  const meter = createRateMeter()
  meter.add([messageEvent(1, { atMs: NOW }), messageEvent(2, { atMs: NOW + 1e9 })])
  const isEmpty = (atMs: number): boolean =>
    meter.series(atMs)[0]?.counts.every((count) => count === 0) === true
  expect(isEmpty(NOW + 60_000)).toBe(true)
  expect(isEmpty(NOW)).toBe(true)
  expect(isEmpty(NOW + 1e9)).toBe(true)
  expect(createRateMeter().series(NOW)).toEqual([])
})
