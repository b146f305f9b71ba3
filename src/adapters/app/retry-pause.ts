/** Pauses of an application between attempts that fail: each twice as long as the one before, up to a limit. */

/** The first one, and the next after what has worked. */
export const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000

/** The pause after one of so many milliseconds. */
export function longerRetryMs(retryMs: number): number {
  return Math.min(retryMs * 2, LONGEST_RETRY_MS)
}

/** Resolves after a while, or when the signal comes. */
export function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener('abort', finish)
  })
}
