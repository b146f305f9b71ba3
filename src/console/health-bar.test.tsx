import { describe, expect, test } from 'vitest'
import { filledPage, htmlOf } from './components.fixture.ts'
import { HealthBar, HealthCharts, stripOf } from './health-bar.tsx'

describe('in one line', () => {
  test('who is ill, and how', () => {
    const html = htmlOf(<HealthBar page={filledPage()} />)
    expect(html).toMatch(/class="health ill" role="status"[^>]*>BSF Ub: gone</)
  })

  test('or that nobody is', () => {
    const page = filledPage()
    const health = page.state.value.health.map((part) => ({ ...part, isWell: true }))
    page.setState({ ...page.state.value, health })
    expect(htmlOf(<HealthBar page={page} />)).toMatch(/health well"[^>]*>both parts are well</)
    page.setState({ ...page.state.value, health: [...health, ...health] })
    expect(htmlOf(<HealthBar page={page} />)).toContain('all 4 parts are well')
    page.setState({ ...page.state.value, health: health.slice(0, 1) })
    expect(htmlOf(<HealthBar page={page} />)).toContain('HSS Zh is well')
    page.setState({ ...page.state.value, health: [] })
    expect(htmlOf(<HealthBar page={page} />)).toMatch(/><\/span>$/)
  })
})

test('without a line to the server nobody is called well', () => {
  const page = filledPage()
  page.connection.value = 'lost'
  const bar = htmlOf(<HealthBar page={page} />)
  expect(bar).toMatch(/class="health nothing"[^>]*>health is not known now</)
  expect(htmlOf(<HealthCharts page={page} />)).not.toMatch(/✔|✘/)
})

describe('over the last minute', () => {
  test('a word says what the colour says', () => {
    const html = htmlOf(<HealthCharts page={filledPage()} />)
    expect(html).toMatch(/class="well">✔ 127.<wbr\/>0.<wbr\/>0.<wbr\/>1:<wbr\/>3868</)
    expect(html).toMatch(/class="ill">✘ gone</)
  })

  test('what is ill is higher; what was not seen is not drawn', () => {
    const seconds = ['well', 'unknown', 'ill'] as const
    expect(stripOf(seconds, 'well')).toBe('M0 4h1v6h-1z')
    expect(stripOf(seconds, 'ill')).toBe('M2 0h1v10h-1z')
  })
})
