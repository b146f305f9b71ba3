/** Timers of the system clock do not keep a process alive; what somebody waits for has to. */

/** `setInterval` fires at once when asked for more. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Keeps the process alive, though nothing but timers may be under way: a connection that is tried again in
 * a while, for instance. Node ends a process otherwise in the middle of an `await`, with status 13.
 *
 * @returns Lets it go. Safe to call twice.
 */
export function holdProcess(): () => void {
  const timer = setInterval(() => {}, LONGEST_MS)
  return () => clearInterval(timer)
}
