import { describe, expect, test } from 'vitest'
import { bareEvent, messageEvent, noteEvent } from './console.fixture.ts'
import { createEventLog, NO_FILTER } from './event-log.ts'

const seqs = (log: ReturnType<typeof createEventLog>) => log.shown.map(({ seq }) => seq)

test('holds the newest, counts what went from the front of what is shown', () => {
  const log = createEventLog(1000)
  for (let seq = 1; seq <= 1257; seq++) log.add([messageEvent(seq)])
  expect({ size: log.size, dropped: log.dropped, first: seqs(log)[0] }).toEqual({
    size: 1000,
    dropped: 257,
    first: 258,
  })
  expect(seqs(log).at(-1)).toBe(1257)
})

test('an event that is held already is passed over', () => {
  const log = createEventLog()
  log.add([messageEvent(1), messageEvent(2)])
  log.add([messageEvent(2), messageEvent(3)])
  expect(seqs(log)).toEqual([1, 2, 3])
})

describe('the filter', () => {
  const log = createEventLog()
  log.add([
    messageEvent(1),
    messageEvent(2, { point: 'Ub', from: 'BSF', to: 'PN GW', message: '401 Unauthorized' }),
    noteEvent(3),
    messageEvent(4, { point: 'Zh', from: 'BSF', to: 'HSS', fields: { outcome: 'success' } }),
  ])
  test.each([
    [{}, [1, 2, 3, 4]],
    [{ point: 'Ub' }, [2]],
    [{ point: 'note' }, [3]],
    [{ entity: 'BSF' }, [2, 4]],
    [{ entity: 'PN GW' }, [1, 2, 3]],
    [{ exchange: 4 }, [4]],
    [{ text: 'UNAUTH' }, [2]],
    [{ text: 'outcome=succ' }, [4]],
    [{ text: 'holds' }, [3]],
    [{ text: 'holds', point: 'Ub' }, []],
  ])('%j', (change, expected) => {
    log.setFilter({ ...NO_FILTER, ...change })
    expect(seqs(log)).toEqual(expected)
  })

  test('is asked about what comes later, too', () => {
    log.setFilter({ ...NO_FILTER, point: 'Ub' })
    log.add([messageEvent(5), messageEvent(6, { point: 'Ub' })])
    expect(seqs(log)).toEqual([2, 6])
  })
})

test('what turns out to be of the shown exchange is shown, though it came before', () => {
  const log = createEventLog()
  const [rand, nonce] = ['00'.repeat(16), `${'A'.repeat(43)}=`]
  log.add([
    bareEvent(1, { point: 'Ub', from: 'PN GW', to: 'BSF' }),
    messageEvent(2, { point: 'Zh', from: 'HSS', to: 'BSF', fields: { RAND: rand } }),
  ])
  log.setFilter({ ...NO_FILTER, exchange: 1 })
  expect(seqs(log)).toEqual([1])
  const fields = { status: 401, nonce }
  log.add([bareEvent(3, { point: 'Ub', from: 'BSF', to: 'PN GW', fields })])
  expect(seqs(log)).toEqual([1, 2, 3])
  expect([...log.shownEntities]).toEqual(['PN GW', 'BSF', 'HSS'])
})

test('a log that was cleared takes numbers from 1 again', () => {
  const log = createEventLog()
  log.add([messageEvent(7)])
  log.clear()
  log.add([messageEvent(1)])
  expect(seqs(log)).toEqual([1])
})

test('names are those of what is held and of what is shown, and of a bounded past', () => {
  const log = createEventLog(100)
  log.add([messageEvent(1), messageEvent(2, { from: 'BSF', to: 'HSS', point: 'Zh' })])
  log.setFilter({ ...NO_FILTER, point: 'Zh' })
  expect([...log.shownEntities]).toEqual(['BSF', 'HSS'])
  expect([...log.heldEntities]).toEqual(['PN GW', 'CPNS Server', 'BSF', 'HSS'])
  for (let seq = 3; seq <= 2000; seq++) log.add([messageEvent(seq, { from: `urn:x:${seq}` })])
  expect(log.heldEntities.size).toBeLessThan(360)
  expect(log.heldEntities.has('urn:x:3')).toBe(false)
  expect(log.lastSeq).toBe(2000)
})
