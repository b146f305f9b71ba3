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
  whenOutputFails(interrupt)
  return {
    signal,
    promise: new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve('interrupted'))
    }),
    ignore() {
      for (const name of SIGNALS) process.off(name, interrupt)
      interruptions.delete(interrupt)
    },
  }
}

const interruptions = new Set<() => void>()

const outputFailed = (): void => {
  for (const interrupt of interruptions) interrupt()
}

/** One listener for all, and it stays: whoever writes after that gets the same error again. */
function whenOutputFails(interrupt: () => void): void {
  interruptions.add(interrupt)
  if (process.stdout.listeners('error').includes(outputFailed)) return
  process.stdout.on('error', outputFailed)
}
