import { expect, test, vi } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { traced } from './console.fixture.ts'
import { createConsoleFeed } from './console-feed.ts'

test('numbers what is shown, under the names that people know', () => {
  const isShown = (item: { kind: string }): boolean => item.kind === 'message'
  const nameOf = (entity: string): string => (entity === 'urn:gw' ? 'PN GW' : entity)
  const feed = createConsoleFeed({ isShown, nameOf }, createVirtualClock())
  feed.trace(traced('a'))
  feed.trace({ kind: 'note', atMs: 1, entity: 'urn:gw', text: 'x' })
  feed.trace(traced('b'))
  expect(feed.lastSeq).toBe(2)
  expect(feed.since(0)).toMatchObject([
    { seq: 1, item: { transactionId: 'a', from: 'PN GW' } },
    { seq: 2, item: { transactionId: 'b' } },
  ])
  expect(feed.since(1).map(({ seq }) => seq)).toEqual([2])
  expect(feed.since(2)).toEqual([])
})

test('lets the oldest go', () => {
  const feed = createConsoleFeed({ capacity: 10 }, createVirtualClock())
  for (let n = 0; n < 1000; n++) feed.trace(traced(String(n)))
  const held = feed.since(0)
  expect(held.length).toBeGreaterThanOrEqual(10)
  expect(held.length).toBeLessThanOrEqual(522)
  expect(held.at(-1)?.seq).toBe(1000)
  expect(feed.since(995).map(({ seq }) => seq)).toEqual([996, 997, 998, 999, 1000])
})

test('tells once of all that came within a moment', async () => {
  const clock = createVirtualClock()
  const feed = createConsoleFeed({}, clock)
  feed.trace(traced('before anybody looks'))
  expect(clock.pendingTimers()).toBe(0)
  const take = vi.fn()
  const end = feed.subscribe(take)
  feed.trace(traced('a'))
  feed.trace(traced('b'))
  await clock.advance(100)
  expect(take).toHaveBeenCalledTimes(1)
  end()
  feed.trace(traced('c'))
  await clock.advance(100)
  expect(take).toHaveBeenCalledTimes(1)
  feed.subscribe(take)
  feed.trace(traced('d'))
  feed.close()
  await clock.advance(100)
  expect(take).toHaveBeenCalledTimes(1)
})

test('octets are made when somebody asks, without secrets, while the event is held', () => {
  const wire = vi.fn(() => ({ protocol: 'cpns', octets: new Uint8Array([1, 0xab]) }) as const)
  const feed = createConsoleFeed({ capacity: 1 }, createVirtualClock())
  feed.trace({ ...traced('a'), wire })
  feed.trace({ kind: 'note', atMs: 1, entity: 'x', text: 'y' })
  feed.trace(traced('without octets'))
  expect(wire).not.toHaveBeenCalled()
  expect(feed.octetsOf(1)).toEqual({ protocol: 'cpns', hex: '01ab' })
  expect(wire.mock.calls).toEqual([[{ reveal: false }]])
  for (const seq of [0, 2, 3, 4, Number.NaN])
    expect(feed.octetsOf(seq), String(seq)).toBeUndefined()
  for (let n = 0; n < 600; n++) feed.trace(traced(String(n)))
  expect(feed.octetsOf(1)).toBeUndefined()
})
