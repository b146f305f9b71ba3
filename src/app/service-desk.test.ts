import { beforeEach, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import type { AppMessage } from './app-message.ts'
import { ServiceDesk } from './service-desk.ts'

let clock: VirtualClock
let desk: ServiceDesk
beforeEach(() => {
  clock = createVirtualClock()
  desk = new ServiceDesk(clock)
})

const messageOf = (seconds: number): AppMessage => ({
  messageId: 'm1',
  from: 'urn:x:a',
  to: 'urn:cpns:service:echo',
  contentType: 'text/plain',
  payload: new Uint8Array(1),
  expiresAtMs: clock.nowMs() + seconds * 1000,
})

function hand(seconds: number): { outcome: string } {
  const state = { outcome: 'waits' }
  desk.hand(messageOf(seconds)).then(
    () => {
      state.outcome = 'acknowledged'
    },
    (error: Error) => {
      state.outcome = error.message
    },
  )
  return state
}

const nobody = { message: () => {}, end: () => {} }

test('a message that is worth nothing any more goes back, also from a listener', async () => {
  desk.listen(nobody)
  const handed = hand(10)
  await clock.advance(10_000)
  expect(handed.outcome).toBe('not acknowledged')
  expect(clock.pendingTimers()).toBe(0)
})

test('a listener that leaves stops the 30 s: the next one has 30 s of its own', async () => {
  const leave = desk.listen(nobody)
  const handed = hand(300)
  await clock.advance(29_000)
  leave()
  await clock.advance(29_000)
  desk.listen(nobody)
  await clock.advance(29_999)
  expect(handed.outcome).toBe('waits')
  await clock.advance(1)
  expect(handed.outcome).toBe('not acknowledged')
})

test.each([
  [true, 'durable'],
  [false, 'not-stored'],
])('an acknowledgement waits until the server has stored it: %s', async (isDurable, outcome) => {
  const handed = desk.hand(messageOf(60))
  const acknowledged = desk.acknowledge({ from: 'urn:x:a', messageId: 'm1' })
  const again = desk.acknowledge({ from: 'urn:x:a', messageId: 'm1' })
  let known: string | undefined
  void acknowledged.then((what) => {
    known = what
  })
  const settled = await handed
  await clock.advance(60_000)
  expect(known).toBeUndefined()
  settled(isDurable)
  expect(await acknowledged).toBe(outcome)
  expect(await again).toBe('not-waiting')
  expect(clock.pendingTimers()).toBe(0)
})

test('acknowledging, giving back and closing with nothing out changes nothing', async () => {
  expect(await desk.acknowledge({ from: 'urn:x:a', messageId: 'm1' })).toBe('not-waiting')
  desk.giveBack('nothing')
  desk.close('nothing')
  expect(clock.pendingTimers()).toBe(0)
})

test('closing tells the listener once', () => {
  const reasons: string[] = []
  desk.listen({ message: () => {}, end: (reason) => void reasons.push(reason) })
  desk.close('over')
  desk.close('over')
  expect(reasons).toEqual(['over'])
})
