/** The clock of this machine: lifetimes and certificates depend on it. Design 9, "Time" */
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../ports/clock.ts'
import type { Finding } from './finding.ts'

/** Years in which this program can run. */
const [FIRST_YEAR, LAST_YEAR] = [2025, 2099]
const LOOK_MS = 100
const TIMER_SLACK_MS = 10
const JUMP_MS = 50

/** Whether it says a year that can be, and runs as evenly as the monotonic clock for a moment. */
export async function checkClock(
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>,
  wait: () => Promise<unknown> = () => pause(LOOK_MS),
): Promise<Finding> {
  const what = 'clock'
  const [wallMs, steadyMs] = [clock.nowMs(), clock.monotonicMs()]
  await wait()
  const passedMs = clock.monotonicMs() - steadyMs
  const driftMs = clock.nowMs() - wallMs - passedMs
  const year = new Date(wallMs).getUTCFullYear()
  const advice = 'set the clock of this machine, and let NTP keep it'
  if (year < FIRST_YEAR || year > LAST_YEAR) {
    return { what, state: 'problem', found: `it says that it is the year ${year}`, advice }
  }
  if (passedMs < LOOK_MS - TIMER_SLACK_MS || Math.abs(driftMs) > JUMP_MS) {
    return { what, state: 'warning', found: 'it jumped while it was looked at', advice }
  }
  return { what, state: 'ok', found: new Date(wallMs).toISOString() }
}
