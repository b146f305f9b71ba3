/** A `Clock` that stands still until a test advances it. */
import type { Clock, Timer } from '../../src/ports/clock.ts'

/** The clocks of a test: wall and monotonic clock move together, unless the wall clock is set. */
export interface VirtualClock extends Clock {
  /**
   * Moves both clocks on by `ms`. Timers that become due fire in the order of their due times (those of
   * one time in the order they were set), each seeing its own due time on both clocks; promises and
   * immediates settle before the first one and after each, so timers set on the way fire too.
   */
  advance(ms: number): Promise<void>
  /** Moves the wall clock alone by `ms`, also backwards, as an operator or NTP does. Fires nothing. */
  jumpWall(ms: number): void
  /** How many timers are set and have not fired. */
  pendingTimers(): number
}

interface PendingTimer {
  readonly dueMs: number
  readonly fire: () => void
}

/** @param startMs Wall clock at the start, UTC milliseconds; the monotonic clock starts at 0. */
export function createVirtualClock(startMs = Date.UTC(2026, 0, 1)): VirtualClock {
  let wallOffsetMs = startMs
  let elapsedMs = 0
  const timers = new Set<PendingTimer>()

  const nextDueBy = (limitMs: number): PendingTimer | undefined =>
    // A stable sort keeps the order in which timers of one due time were set.
    [...timers].sort((a, b) => a.dueMs - b.dueMs).find(({ dueMs }) => dueMs <= limitMs)

  return {
    nowMs: () => wallOffsetMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    setTimer(delayMs, fire): Timer {
      const timer = { dueMs: elapsedMs + Math.max(0, delayMs), fire }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer) }
    },
    async advance(ms) {
      if (!(ms >= 0)) throw new RangeError('a clock advances by 0 or more milliseconds')
      const untilMs = elapsedMs + ms
      await settle()
      for (let timer = nextDueBy(untilMs); timer !== undefined; timer = nextDueBy(untilMs)) {
        timers.delete(timer)
        elapsedMs = Math.max(elapsedMs, timer.dueMs)
        timer.fire()
        await settle()
      }
      elapsedMs = Math.max(elapsedMs, untilMs)
    },
    jumpWall(ms) {
      wallOffsetMs += ms
    },
    pendingTimers: () => timers.size,
  }
}

/** Lets every promise that can settle settle. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
