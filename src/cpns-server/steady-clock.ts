/**
 * The wall clock as the server believes it. Design 9, "Time": a jump over 60 s is logged, and going back
 * never revives anything: then time goes on from where it was, at the pace of the monotonic clock.
 */
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'

const NOTABLE_JUMP_MS = 60_000

/** @returns A clock whose `nowMs` never goes back; whole milliseconds. */
export function createSteadyClock(clock: Clock, log: Log): Clock {
  const offset = (): number => clock.nowMs() - clock.monotonicMs()
  let seenMs = offset()
  let believedMs = seenMs
  return {
    nowMs() {
      const nowMs = offset()
      const jumpMs = nowMs - seenMs
      if (Math.abs(jumpMs) > NOTABLE_JUMP_MS) log.warn('clock-jumped', { byMs: Math.round(jumpMs) })
      seenMs = nowMs
      believedMs = Math.max(believedMs, nowMs)
      return Math.floor(clock.monotonicMs() + believedMs)
    },
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (delayMs, fire) => clock.setTimer(delayMs, fire),
  }
}
