/** The clocks of this machine. */
import type { Clock } from '../../ports/clock.ts'

/** `setTimeout` fires at once when asked for more (24.8 days), so longer waits go in steps. */
const LONGEST_STEP_MS = 2 ** 31 - 1

/** Wall clock, monotonic clock and timers of the process; timers do not keep the process alive. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs, fire) {
    const dueMs = performance.now() + delayMs
    const step = (): NodeJS.Timeout => {
      const leftMs = Math.max(0, dueMs - performance.now())
      return setTimeout(wake, Math.min(Math.ceil(leftMs), LONGEST_STEP_MS)).unref()
    }
    // A timer of the platform may also fire a fraction of a millisecond early.
    const wake = (): void => {
      if (performance.now() < dueMs) timer = step()
      else fire()
    }
    let timer = step()
    return { cancel: () => clearTimeout(timer) }
  },
}
