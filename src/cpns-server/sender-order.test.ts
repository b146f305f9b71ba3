import { beforeEach, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { SenderOrder } from './sender-order.ts'

let clock: VirtualClock
let order: SenderOrder

beforeEach(() => {
  clock = createVirtualClock()
  order = new SenderOrder(clock)
})

const mustWait = (messageId: string, to = 'urn:b') => order.mustWait({ to, messageId })
const refused = (messageId: string, expires = 3600) =>
  order.refused({ to: 'urn:b', messageId, expires })

test('what was sent after a refused message waits for it, to that recipient only', () => {
  expect(mustWait('1')).toBe(false)
  refused('1')
  refused('2')
  expect([mustWait('2'), mustWait('3'), mustWait('3', 'urn:c')]).toEqual([true, true, false])
  expect([mustWait('1'), mustWait('2')]).toEqual([false, false])
})

test.each([
  [3600, 60_000],
  [5, 5_000],
])('a message of %i s that does not come again is waited for %i ms', async (expires, ms) => {
  refused('1', expires)
  await clock.advance(ms - 1)
  expect(mustWait('2')).toBe(true)
  await clock.advance(1)
  expect(mustWait('2')).toBe(false)
})
