import { describe, expect, test } from 'vitest'
import { filledPage, htmlOf } from './components.fixture.ts'
import { messageEvent } from './console.fixture.ts'
import { areaOf, RateCharts } from './rate-charts.tsx'
import { CHART_SECONDS } from './rate-meter.ts'

describe('a chart', () => {
  test('is as high as its highest count, and begins and ends on the ground', () => {
    const counts = Array.from({ length: CHART_SECONDS }, (_, n) => (n === 0 ? 4 : 0))
    const area = areaOf(counts, 4)
    expect(area).toMatch(/^M0 36 L0\.0 2\.0 L/)
    expect(area).toMatch(/ L180 36 Z$/)
  })

  test('has its numbers beside it', () => {
    const page = filledPage()
    page.meter.add(Array.from({ length: 7 }, (_, n) => messageEvent(10 + n, { atMs: Date.now() })))
    page.tick()
    expect(htmlOf(<RateCharts page={page} />)).toMatch(/CPNS-2.*peak 7\/s/s)
  })
})

test('no message yet, and health all the same', () => {
  const html = htmlOf(<RateCharts page={filledPage()} />)
  expect(html).toContain('No message yet.')
  expect(html).toContain('HSS Zh')
})
