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

test('EntityIDs stand where their role belongs, as soon as it is known', () => {
  const page = createPageState()
  page.addEvents([
    messageEvent(1, { point: 'Zn', to: 'BSF', from: 'CPNS Server', message: 'Request' }),
    messageEvent(2, { from: 'urn:x:gw', fields: { Role: 'pn-gw' } }),
    messageEvent(3, { from: 'CPNS Server', to: 'urn:x:watch', message: 'Message' }),
  ])
  expect(page.lanes.value).toEqual(['urn:x:gw', 'CPNS Server', 'BSF', 'urn:x:watch'])
  const rows = [{ entity: 'urn:x:watch', role: 'PNE' }]
  const table = { id: 'entities', title: '', empty: '', columns: [], rows }
  page.setState({ atMs: 1, tables: [table], health: [] })
  expect(page.lanes.value).toEqual(['urn:x:watch', 'urn:x:gw', 'CPNS Server', 'BSF'])
  const lanes = page.lanes.value
  page.setState({ atMs: 2, tables: [table], health: [] })
  expect(page.lanes.value, 'and nothing is drawn anew for what is known').toBe(lanes)
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

test('of a hundred thousand entities a hundred are named', () => {
  const page = createPageState()
  for (let seq = 1; seq <= 300; seq++) page.addEvents([messageEvent(seq, { from: `urn:x:${seq}` })])
  expect(page.lanes.value).toHaveLength(100)
  expect(page.heldNames.value).toHaveLength(100)
  page.setFilter({ exchange: 300 })
  expect(page.lanes.value).toEqual(['urn:x:300', 'CPNS Server'])
})

test('who leaves takes everything away', () => {
  const page = createPageState()
  page.addEvents([messageEvent(1)])
  page.selected.value = messageEvent(1)
  page.setState({ atMs: 1, tables: [], health: [{ name: 'store', isWell: true, detail: '' }] })
  page.forgetAll()
  expect([page.log.size, page.lanes.value, page.selected.value]).toEqual([0, [], undefined])
  expect([page.state.value.health, page.hello.value]).toEqual([[], undefined])
})

test('health of the last minute, once a second', () => {
  const page = createPageState()
  const health = [{ name: 'store', isWell: false, detail: 'gone' }]
  page.setState({ atMs: Date.now(), tables: [], health })
  page.connection.value = 'open'
  page.tick()
  expect(page.healthHistory.value[0]?.seconds.at(-1)).toBe('ill')
  page.connection.value = 'lost'
  vi.advanceTimersByTime(1000)
  page.tick()
  expect(page.healthHistory.value[0]?.seconds.slice(-2)).toEqual(['ill', 'unknown'])
})
