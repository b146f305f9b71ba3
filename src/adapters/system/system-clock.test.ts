import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from './system-clock.ts'

const DAY_MS = 86_400_000

describe('timers', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('fire once, after their delay', () => {
    const fire = vi.fn<() => void>()
    systemClock.setTimer(1_000, fire)
    vi.advanceTimersByTime(999)
    expect(fire).not.toHaveBeenCalled()
    vi.advanceTimersByTime(DAY_MS)
    expect(fire).toHaveBeenCalledTimes(1)
  })

  test('wait longer than the platform can in one step', () => {
    const fire = vi.fn<() => void>()
    systemClock.setTimer(60 * DAY_MS, fire)
    vi.advanceTimersByTime(60 * DAY_MS - 1)
    expect(fire).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(fire).toHaveBeenCalledTimes(1)
  })

  test('are taken back, also after a step of a long wait', () => {
    const fire = vi.fn<() => void>()
    const soon = systemClock.setTimer(10, fire)
    const late = systemClock.setTimer(60 * DAY_MS, fire)
    soon.cancel()
    vi.advanceTimersByTime(30 * DAY_MS)
    late.cancel()
    vi.advanceTimersByTime(60 * DAY_MS)
    expect(fire).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a delay in the past fires at the next turn, never within the call', () => {
    const fire = vi.fn<() => void>()
    systemClock.setTimer(-5, fire)
    expect(fire).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(fire).toHaveBeenCalledTimes(1)
  })
})

test('a real timer never fires before its time on the monotonic clock', async () => {
  for (let n = 0; n < 10; n++) {
    const startMs = systemClock.monotonicMs()
    const keepAlive = setTimeout(() => {}, 1_000)
    await new Promise<void>((resolve) => void systemClock.setTimer(1.5, resolve))
    clearTimeout(keepAlive)
    expect(systemClock.monotonicMs() - startMs).toBeGreaterThanOrEqual(1.5)
  }
})

test('the wall clock is the one of the machine', () => {
  const before = Date.now()
  const now = systemClock.nowMs()
  expect(now).toBeGreaterThanOrEqual(before)
  expect(now).toBeLessThanOrEqual(Date.now())
})
