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

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Ctrl-C, termination, a terminal that is closed, and a reader of standard output that went away; a second Ctrl-C ends the process
 * at once.
 */
export function untilInterrupted(): Interruption {
  const controller = new AbortController()
  const { signal } = controller
  const interrupt = (): void => controller.abort()
  for (const name of SIGNALS) process.once(name, interrupt)
  process.stdout.on('error', interrupt)
  return {
    signal,
    promise: new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve('interrupted'))
    }),
    ignore() {
      for (const name of SIGNALS) process.off(name, interrupt)
    },
  }
}
