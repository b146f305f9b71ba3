import { expect, test } from 'vitest'
import type { TraceEvent } from '../../trace/trace.ts'
import { createSeenOnce } from './seen-once.ts'

const event = (side: TraceEvent['side'], message = 'GET'): TraceEvent => ({
  kind: 'message',
  atMs: 0,
  point: 'Ub',
  side,
  from: side,
  to: 'x',
  message,
  fields: { uri: '/' },
})

test('the other end of a message is not new, whichever came first', () => {
  const isNew = createSeenOnce()
  expect([event('sent'), event('received')].map(isNew)).toEqual([true, false])
  expect([event('received'), event('sent')].map(isNew)).toEqual([true, false])
})

test('the same message sent twice is two messages', () => {
  const isNew = createSeenOnce()
  const events = [event('sent'), event('sent'), event('received'), event('received')]
  expect(events.map(isNew)).toEqual([true, true, false, false])
  expect(isNew(event('received'))).toBe(true)
})

test('who traces one end only is remembered for a while only', () => {
  const isNew = createSeenOnce()
  for (let n = 0; n < 5000; n += 1) expect(isNew(event('sent', `${n}`))).toBe(true)
  expect(isNew(event('received', '0'))).toBe(true)
  expect(isNew(event('received', '4999'))).toBe(false)
})
