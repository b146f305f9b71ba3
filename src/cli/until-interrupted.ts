/** How commands that stay up are ended in order. Design 10 */

/** A wait that can be given up. */
export interface Interruption {
  /** Resolves at the first interruption. */
  readonly promise: Promise<'interrupted'>
  /** Aborted at the same moment. */
  readonly signal: AbortSignal
  /** From now on Ctrl-C ends the process as it always does. Safe to call twice. */
  readonly ignore: () => void
}

/** The longest that the platform knows; nothing happens when it is over. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Ctrl-C, termination, and a reader of standard output that went away; a second Ctrl-C ends the process
 * at once. Until it is given up the process stays, also while it waits for nothing but a timer, for instance
 * to try again.
 */
export function untilInterrupted(): Interruption {
  const controller = new AbortController()
  const { signal } = controller
  const interrupt = (): void => controller.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  process.stdout.on('error', interrupt)
  const staying = setInterval(() => {}, LONGEST_MS)
  return {
    signal,
    promise: new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve('interrupted'))
    }),
    ignore() {
      clearInterval(staying)
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
    },
  }
}
