/** Pauses between attempts that fail: each twice as long as the one before, up to a limit. */
import type { Clock, Timer } from '../ports/clock.ts'

/** The pauses of one link. */
export interface BackOff {
  /** Resolves after the next pause, or at once if there is to be no more waiting. */
  pause(): Promise<void>
  /** It works again: the next pause is the shortest. */
  reset(): void
  /** Ends the present pause, and all later ones at once. */
  cancel(): void
}

const FIRST_MS = 100
const LONGEST_MS = 10_000

/** Starts with the shortest pause. */
export function createBackOff(clock: Clock): BackOff {
  let delayMs = FIRST_MS
  let cancelled = false
  let timer: Timer | undefined
  let resume: (() => void) | undefined
  return {
    pause() {
      if (cancelled) return Promise.resolve()
      return new Promise((resolve) => {
        resume = resolve
        timer = clock.setTimer(delayMs, resolve)
        delayMs = Math.min(delayMs * 2, LONGEST_MS)
      })
    },
    reset() {
      delayMs = FIRST_MS
    },
    cancel() {
      cancelled = true
      timer?.cancel()
      resume?.()
    },
  }
}
