/**
 * Sending of an application. Design 8: the sender repeats the same MessageID until 200 or 202, or until the
 * message expires; by that MessageID the server knows a copy.
 */
import { TransportFailed } from '../../errors/errors.ts'
import { toHex } from '../../octets/octets.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { AppRefused, type AppRequest } from './app-requests.ts'
import { FIRST_RETRY_MS, longerRetryMs, pauseUnless } from './retry-pause.ts'

/** What is sent; the rest is the API's. */
export interface SendWish {
  readonly messageId?: string | undefined
  /** Seconds. */
  readonly expires?: number | undefined
}

const DEFAULT_EXPIRES_SECONDS = 3600
const MESSAGE_ID_LENGTH = 16
const TOO_MANY = 429

/**
 * @param signal Ends it.
 * @returns The MessageID, once the message is durable at the server.
 * @throws {AppRefused} If the server refuses it for good, or still when it expires.
 * @throws {TransportFailed} If there was no answer until it expired, or it was ended.
 */
export async function sendUntilTaken(
  request: AppRequest,
  message: SendWish & Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<string> {
  const { messageId = freshId(), expires = DEFAULT_EXPIRES_SECONDS } = message
  const endsAtMs = performance.now() + expires * 1000
  let secondsLeft = expires
  for (let retryMs = FIRST_RETRY_MS; ; retryMs = longerRetryMs(retryMs)) {
    try {
      const body = { ...message, messageId, expires: secondsLeft }
      const answer = await request('POST', '/api/messages', body)
      await answer.body.dump()
      return messageId
    } catch (error) {
      const waitMs = pauseAfter(error, retryMs)
      const leftMs = endsAtMs - performance.now()
      if (waitMs === undefined || leftMs <= waitMs || signal.aborted) throw error
      await pauseUnless(signal, waitMs)
      secondsLeft = Math.max(1, Math.ceil((leftMs - waitMs) / 1000))
    }
  }
}

/** How long to wait before the same is sent again; `undefined` if that would not help. */
function pauseAfter(error: unknown, retryMs: number): number | undefined {
  if (error instanceof TransportFailed) return retryMs
  if (!(error instanceof AppRefused)) return undefined
  const { status, retryAfterSeconds = 0 } = error
  const isTransient = status === TOO_MANY || status >= 500
  return isTransient ? Math.max(retryMs, retryAfterSeconds * 1000) : undefined
}

function freshId(): string {
  return toHex(createSystemRandom().octets(MESSAGE_ID_LENGTH))
}
