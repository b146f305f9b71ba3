import { beforeEach, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../../test/support/virtual-clock.ts'
import type { DiameterMessage } from './message.ts'
import {
  type AskedHeader,
  createPendingRequests,
  type PendingRequests,
} from './pending-requests.ts'

let clock: VirtualClock
let pending: PendingRequests
beforeEach(() => {
  clock = createVirtualClock()
  pending = createPendingRequests(clock)
})

const answerTo = (hopByHop: number): DiameterMessage => ({
  commandCode: 303,
  applicationId: 1,
  request: false,
  proxiable: true,
  error: false,
  retransmitted: false,
  hopByHop,
  endToEnd: 7,
  avps: [],
})

const requestOf = (hopByHop: number): AskedHeader => ({
  commandCode: 303,
  applicationId: 1,
  hopByHop,
  endToEnd: 7,
})

test('answers find their requests, in any order', async () => {
  const [first, second] = [pending.add(requestOf(1), 1000), pending.add(requestOf(2), 1000)]
  expect([pending.settle(answerTo(2)), pending.settle(answerTo(1))]).toEqual(['settled', 'settled'])
  expect(await first).toEqual({ outcome: 'answered', message: answerTo(1) })
  expect(await second).toEqual({ outcome: 'answered', message: answerTo(2) })
  expect([pending.size, clock.pendingTimers()]).toEqual([0, 0])
})

test('an answer to nothing, and a second one, are nobody’s', async () => {
  expect(pending.settle(answerTo(9))).toBe('unasked')
  const asked = pending.add(requestOf(1), 1000)
  pending.settle(answerTo(1))
  expect(pending.settle(answerTo(1))).toBe('unasked')
  await asked
})

test.each<[string, Partial<DiameterMessage>]>([
  ['Command-Code', { commandCode: 310 }],
  ['Application-Id', { applicationId: 2 }],
  ['End-to-End Identifier', { endToEnd: 8 }],
])('an answer with another %s is not the answer, which is waited for', async (_name, other) => {
  const asked = pending.add(requestOf(1), 1000)
  for (const error of [false, true]) {
    expect(pending.settle({ ...answerTo(1), ...other, error })).toBe('mismatched')
  }
  expect([pending.size, pending.settle(answerTo(1))]).toEqual([1, 'settled'])
  expect(await asked).toEqual({ outcome: 'answered', message: answerTo(1) })
})

test('time passes', async () => {
  const asked = pending.add(requestOf(1), 1000)
  await clock.advance(1000)
  expect(await asked).toEqual({ outcome: 'timeout' })
  expect([pending.size, pending.settle(answerTo(1))]).toEqual([0, 'unasked'])
})

test('with the connection all are lost', async () => {
  const asked = [pending.add(requestOf(1), 1000), pending.add(requestOf(2), 1000)]
  pending.loseAll()
  expect(await Promise.all(asked)).toEqual([{ outcome: 'lost' }, { outcome: 'lost' }])
  expect(clock.pendingTimers()).toBe(0)
})

test('an identifier in use is not taken again', async () => {
  const asked = pending.add(requestOf(1), 1000)
  expect(() => pending.add(requestOf(1), 1000)).toThrow(RangeError)
  pending.loseAll()
  await asked
})
