import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { messageEvent, noteEvent } from './console.fixture.ts'
import { createPageState } from './page-state.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

test('events change the log, the lanes and the version that the ladder watches', () => {
  const page = createPageState()
  const before = page.logVersion.value
  page.addEvents([messageEvent(1), noteEvent(2)])
  expect(page.log.size).toBe(2)
  expect(page.lanes.value).toEqual(['PN GW', 'CPNS Server'])
  expect(page.logVersion.value).toBeGreaterThan(before)
  const lanes = page.lanes.value
  page.addEvents([messageEvent(3)])
  expect(page.lanes.value, 'lanes stay while nobody new comes').toBe(lanes)
})

test("time is the server's, though this machine's clock is another", () => {
  const page = createPageState()
  page.setState({ atMs: 5_000_000, tables: [], health: [] })
  vi.advanceTimersByTime(2000)
  page.tick()
  expect(page.nowMs.value).toBe(5_002_000)
})

test('a change of the filter leaves its other conditions', () => {
  const page = createPageState()
  page.addEvents([messageEvent(1), messageEvent(2, { point: 'Ub', from: 'BSF' })])
  page.setFilter({ entity: 'BSF' })
  page.setFilter({ text: '401' })
  expect(page.filter.value).toMatchObject({ entity: 'BSF', text: '401' })
  expect(page.log.shown).toEqual([])
  page.setFilter({ text: '' })
  expect(page.log.shown.map(({ seq }) => seq)).toEqual([2])
})
