/** How commands that stay up are ended: Ctrl-C and termination, in order. Design 10 */

/** A wait that can be given up. */
export interface Interruption {
  /** Resolves at the first Ctrl-C or termination. */
  readonly promise: Promise<'interrupted'>
  /** Aborted at the same moment. */
  readonly signal: AbortSignal
  /** Stops listening: the next Ctrl-C ends the process at once. Safe to call twice. */
  ignore(): void
}

/** Listens from now on; a second Ctrl-C ends the process at once. */
export function untilInterrupted(): Interruption {
  const abort = new AbortController()
  const interrupt = (): void => {
    ignore()
    abort.abort()
  }
  const ignore = (): void => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
  const promise = new Promise<'interrupted'>((resolve) => {
    abort.signal.addEventListener('abort', () => resolve('interrupted'))
  })
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return { promise, signal: abort.signal, ignore }
}
