/**
 * The wall clock as an entity believes it. Design 9, "Time": a jump over 60 s is logged, and going back
 * never revives anything: then time goes on from where it was, at the pace of the monotonic clock.
 */
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

/** A clock whose `nowMs` never goes back, in whole milliseconds. */
export interface SteadyClock extends Clock {
  /**
   * How far it is ahead of the wall clock, which has gone back; 0 if it has not. For times that others are told, which
   * are whole seconds: so is this, in milliseconds.
   */
  readonly aheadMs: number
}

const NOTABLE_JUMP_MS = 60_000
const SECOND_MS = 1000

/** @param clock A steady one is taken as it is, so that its jumps are logged once. */
export function createSteadyClock(clock: Clock, log: Log): SteadyClock {
  return isSteady(clock) ? clock : steadied(clock, log)
}

function isSteady(clock: Clock): clock is SteadyClock {
  return 'aheadMs' in clock
}

function steadied(clock: Clock, log: Log): SteadyClock {
  let seenMs = clock.nowMs() - clock.monotonicMs()
  let believedMs = seenMs
  const look = (monotonicMs: number): void => {
    const nowMs = clock.nowMs() - monotonicMs
    const jumpMs = nowMs - seenMs
    if (Math.abs(jumpMs) > NOTABLE_JUMP_MS) log.warn('clock-jumped', { byMs: Math.round(jumpMs) })
    seenMs = nowMs
    believedMs = Math.max(believedMs, nowMs)
  }
  return {
    nowMs() {
      const monotonicMs = clock.monotonicMs()
      look(monotonicMs)
      return Math.floor(monotonicMs + believedMs)
    },
    get aheadMs() {
      look(clock.monotonicMs())
      return Math.floor((believedMs - seenMs) / SECOND_MS) * SECOND_MS
    },
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (delayMs, fire) => clock.setTimer(delayMs, fire),
  }
}
