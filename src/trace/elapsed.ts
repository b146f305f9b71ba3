/** How long an answer took, for its event. Design 11 */
import type { Clock } from '../ports/clock.ts'

/** @returns Milliseconds, to the microsecond: what follows is noise. */
export function elapsedSince(sinceMs: number, clock: Pick<Clock, 'monotonicMs'>): number {
  return Math.round((clock.monotonicMs() - sinceMs) * 1000) / 1000
}
