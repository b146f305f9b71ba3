/** Waiting times as `RetryAfter` carries them. Design 6 */

/** The most that `RetryAfter` can say. */
const DAY_SECONDS = 86_400

/** Whole seconds, at least 1. @param untilMs UTC milliseconds. @param nowMs UTC milliseconds. */
export function secondsUntil(untilMs: number, nowMs: number): number {
  return Math.min(DAY_SECONDS, Math.max(1, Math.ceil((untilMs - nowMs) / 1000)))
}
