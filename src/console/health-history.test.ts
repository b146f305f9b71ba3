import { expect, test } from 'vitest'
import { createHealthHistory } from './health-history.ts'
import { CHART_SECONDS } from './rate-meter.ts'

const NOW = 1_800_000_000_000
const part = (isWell: boolean) => [{ name: 'store', isWell, detail: isWell ? 'ok' : 'gone' }]

test('a second each: well, ill, or not seen', () => {
  const history = createHealthHistory()
  history.add(part(true), NOW - 2000)
  history.add(part(false), NOW)
  const [series] = history.series(NOW)
  expect(series).toMatchObject({ name: 'store', isWell: false, detail: 'gone' })
  expect(series?.seconds).toHaveLength(CHART_SECONDS)
  expect(series?.seconds.slice(-4)).toEqual(['unknown', 'well', 'unknown', 'ill'])
})

test('a page that is open for a day holds two minutes, even if the clock is set', () => {
  const history = createHealthHistory()
  for (let n = 0; n < 86_400; n++) history.add(part(true), NOW + n * 1000)
  const seconds = () => history.series(NOW + 86_399_000)[0]?.seconds ?? []
  expect(seconds().every((second) => second === 'well')).toBe(true)
  history.add(part(true), NOW)
  expect(history.series(NOW)[0]?.seconds.filter((second) => second === 'well')).toHaveLength(1)
})

test('nothing is known of nobody', () => {
  expect(createHealthHistory().series(NOW)).toEqual([])
})
