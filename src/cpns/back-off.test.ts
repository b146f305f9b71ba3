import { expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createBackOff } from './back-off.ts'

type VirtualClock = ReturnType<typeof createVirtualClock>

/** How long the next pause takes. */
async function measure(clock: VirtualClock, pause: Promise<void>): Promise<number> {
  const sinceMs = clock.monotonicMs()
  const measured = pause.then(() => clock.monotonicMs() - sinceMs)
  await clock.advance(20_000)
  return await measured
}

test('each pause is twice the one before, up to ten seconds', async () => {
  const clock = createVirtualClock()
  const backOff = createBackOff(clock)
  const pauses: number[] = []
  for (let n = 0; n < 9; n++) pauses.push(await measure(clock, backOff.pause()))
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
})

test('after a reset they start anew', async () => {
  const clock = createVirtualClock()
  const backOff = createBackOff(clock)
  for (let n = 0; n < 5; n++) await measure(clock, backOff.pause())
  backOff.reset()
  expect(await measure(clock, backOff.pause())).toBe(100)
})

test('a cancel ends the present pause and all later ones, and leaves no timer', async () => {
  const clock = createVirtualClock()
  const backOff = createBackOff(clock)
  const pause = backOff.pause()
  backOff.cancel()
  await pause
  await backOff.pause()
  expect(clock.pendingTimers()).toBe(0)
  expect(clock.monotonicMs()).toBe(0)
})
