/** The clocks of this machine. */
import type { Clock, Timer } from '../../ports/clock.ts'

/** `setTimeout` fires at once when asked for more (24.8 days), so longer waits go in steps. */
const LONGEST_STEP_MS = 2 ** 31 - 1

/** Wall clock, monotonic clock and timers of the process; timers do not keep the process alive. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (delayMs, fire) => new SystemTimer(delayMs, fire),
}

/** A server has some for each session, so each is one small object. */
class SystemTimer implements Timer {
  readonly #dueMs: number
  readonly #fire: () => void
  #timeout: NodeJS.Timeout

  constructor(delayMs: number, fire: () => void) {
    this.#dueMs = performance.now() + delayMs
    this.#fire = fire
    this.#timeout = this.#step()
  }

  cancel(): void {
    clearTimeout(this.#timeout)
  }

  /** A timer of the platform may also fire a fraction of a millisecond early. */
  static readonly #wake = (timer: SystemTimer): void => {
    if (performance.now() < timer.#dueMs) timer.#timeout = timer.#step()
    else timer.#fire()
  }

  #step(): NodeJS.Timeout {
    const leftMs = Math.max(0, this.#dueMs - performance.now())
    const stepMs = Math.min(Math.ceil(leftMs), LONGEST_STEP_MS)
    return setTimeout(SystemTimer.#wake, stepMs, this).unref()
  }
}
