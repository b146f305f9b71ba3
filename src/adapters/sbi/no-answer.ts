/** Why a request over HTTP got no answer, for the log: its caller sees only that there is none. Design 11 */
import { CpnsError } from '../../errors/errors.ts'
import { type Log, noLog } from '../../ports/log.ts'

/** Writes one line. @param at The server, for instance `bsf.example.org:8082`. */
export function logNoAnswer(log: Log = noLog, at: string, error: unknown): void {
  log.warn('sbi-no-answer', { at, reason: reasonOf(error) })
}

/** Our own sentence, or the code of the platform, which stands in the cause if a stream ended with its connection. */
function reasonOf(error: unknown): string {
  if (error instanceof CpnsError) return error.message
  const { name, code, cause } = error as { name?: string; code?: unknown; cause?: unknown }
  if (cause instanceof Error) return reasonOf(cause)
  if (name === 'TimeoutError') return 'no answer in time'
  return typeof code === 'string' ? code : 'the connection failed'
}
