/** One timer that is put off again and again at no cost: for watchdogs and limits of connections. */
import type { Clock, Timer } from '../../ports/clock.ts'

/** A timer of which only the last setting counts. */
export interface Deadline {
  /** Fires once after this time, unless set or cleared before. @param ms Milliseconds. */
  set(ms: number): void
  clear(): void
}

/** Not set yet. */
export function createDeadline(clock: Clock, fire: () => void): Deadline {
  let dueMs: number | undefined
  let timer: { readonly handle: Timer; readonly atMs: number } | undefined

  const arm = (ms: number): void => {
    timer = { handle: clock.setTimer(ms, wake), atMs: clock.monotonicMs() + ms }
  }
  const wake = (): void => {
    timer = undefined
    if (dueMs === undefined) return
    const leftMs = dueMs - clock.monotonicMs()
    if (leftMs > 0) {
      arm(leftMs)
      return
    }
    dueMs = undefined
    fire()
  }

  return {
    set(ms) {
      dueMs = clock.monotonicMs() + ms
      // A timer that fires too early sets itself anew, so that most settings touch none.
      if (timer !== undefined && timer.atMs <= dueMs) return
      timer?.handle.cancel()
      arm(ms)
    },
    clear() {
      dueMs = undefined
      timer?.handle.cancel()
      timer = undefined
    },
  }
}
