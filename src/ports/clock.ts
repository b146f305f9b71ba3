/** Time as it is handed in: wall clock for stored expiries, monotonic clock for waits. Design 9, "Time". */

/** A timer that has been set and can be taken back. */
export interface Timer {
  /** Takes the timer back; no effect after it fired. */
  cancel(): void
}

/** The clocks of one process. */
export interface Clock {
  /** UTC milliseconds since 1970; may jump. For stored expiries and what is shown. */
  nowMs(): number
  /** Milliseconds that never go back; their zero means nothing. For waits and limits. */
  monotonicMs(): number
  /** Calls `fire` once, after `delayMs` of the monotonic clock. */
  setTimer(delayMs: number, fire: () => void): Timer
}
