/** The clocks of this machine. */
import { performance } from 'node:perf_hooks'
import type { Clock } from '../../ports/clock.ts'

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Wall clock, monotonic clock and timers of the process; timers do not keep the process alive. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs, fire) {
    const timer = setTimeout(fire, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS))
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}
