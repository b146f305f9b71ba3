/**
 * An application at a CPNS Server, from its side: sends messages, and gets those to its service, each
 * acknowledged when its handler has returned. Design 8
 */
import type { AppMessageJson } from '../../app/app-message.ts'
import { fromBase64, toBase64 } from '../../octets/octets.ts'
import { openSeenList, type SeenList } from '../sqlite/seen-list.ts'
import { AppRefused, type AppRequest, type AppServer, createAppRequests } from './app-requests.ts'
import { eventsOf } from './read-events.ts'
import { FIRST_RETRY_MS, longerRetryMs, pauseUnless } from './retry-pause.ts'
import { sendUntilTaken } from './send-until-taken.ts'

export { AppRefused } from './app-requests.ts'

/** Which server, as whom, and what is remembered. */
export interface AppTarget extends AppServer {
  /**
   * File that keeps what was handled, so that a message whose acknowledgement was lost is not handled again,
   * also when this program has ended meanwhile; default in memory.
   */
  readonly seenFile?: string
}

/** A message to the service. */
export interface ReceivedMessage {
  readonly messageId: string
  readonly from: string
  readonly contentType: string
  readonly payload: Uint8Array
  /** If the payload is UTF-8. */
  readonly text?: string
}

/** A message of the service: one of text and payload. */
export interface SentMessage {
  /** EntityID, or `urn:cpns:service:<name>`. */
  readonly to: string
  readonly text?: string
  readonly payload?: Uint8Array
  readonly contentType?: string
  /** Seconds; default 3600. For so long it is sent again and again, if need be. */
  readonly expires?: number
  /** Default a fresh one; the same again is the same message. */
  readonly messageId?: string
}

/** An application. */
export interface App {
  /**
   * Sends a message, and again until it is taken or expires: when there is no answer, when the server fails,
   * or when so much waits for the recipient that nothing more is taken.
   *
   * @returns The MessageID, once the message is durable at the server.
   * @throws {AppRefused} If the server refuses it for good, or still when it expires.
   * @throws {TransportFailed} If there was no answer until it expired, or the app was closed.
   */
  send(message: SentMessage): Promise<string>
  /**
   * Calls the handler for each message, one after the other, and connects again when the connection ends.
   * A message whose handler throws comes again later. Ends when the app is closed.
   *
   * @throws {AppRefused} If the API key is not accepted.
   */
  listen(handler: (message: ReceivedMessage) => Promise<void> | void): Promise<void>
  close(): Promise<void>
}

const NOT_FOUND = 404
/**
 * A copy expires when the message does, but for the way that it took and its rounding to seconds; a message under a MessageID that
 * had expired, and is used again, expires later. Nothing here needs clocks that agree.
 */
const SAME_EXPIRY_MS = 60_000
const SWEEP_MS = 600_000
/** Expiries are those of the server's clock, which ours may be ahead of. */
const KEPT_MS = 86_400_000

/** @throws {ConfigurationInvalid} If URL, key or file cannot be used. */
export function connectApp({ seenFile = ':memory:', ...server }: AppTarget): App {
  const closing = new AbortController()
  const requests = createAppRequests(server, closing.signal)
  const { request } = requests
  const seen = openSeenList(seenFile)
  const forget = createSweep(seen)

  /** The message that is being handled; its seen-list is closed only after it. */
  let handled: Promise<unknown> = Promise.resolve()
  let retryMs = FIRST_RETRY_MS

  const listenOnce = async (handler: Handler): Promise<void> => {
    const { body } = await request('GET', '/api/events')
    for await (const { event, data } of eventsOf(body)) {
      if (event !== 'message') continue
      handled = handle(data, handler, { seen, request }).catch((error: unknown) => error)
      const error = await handled
      if (error !== undefined) throw error
      retryMs = FIRST_RETRY_MS
      await forget()
    }
    retryMs = FIRST_RETRY_MS
  }

  return {
    send({ payload, ...rest }) {
      const message = { ...rest, ...(payload && { payload: toBase64(payload) }) }
      return sendUntilTaken(request, message, closing.signal)
    },
    async listen(handler) {
      await forget()
      while (!closing.signal.aborted) {
        try {
          await listenOnce(handler)
        } catch (error) {
          if (error instanceof AppRefused && error.status < NOT_FOUND) throw error
        }
        await pauseUnless(closing.signal, retryMs)
        retryMs = longerRetryMs(retryMs)
      }
    },
    async close() {
      closing.abort()
      await requests.close()
      await handled
      await seen.close()
    },
  }
}

type Handler = Parameters<App['listen']>[0]

/** Handles a message unless that was done before, and acknowledges it. */
async function handle(
  data: string,
  handler: Handler,
  { seen, request }: { readonly seen: SeenList; readonly request: AppRequest },
): Promise<void> {
  const { payload, expiresAt, ...rest } = JSON.parse(data) as AppMessageJson
  const { from, messageId } = rest
  const expiresAtMs = Date.parse(expiresAt)
  if (!(await seen.hasSeen({ from, messageId }, expiresAtMs - SAME_EXPIRY_MS))) {
    await handler({ ...rest, payload: fromBase64(payload) })
    await seen.markSeen({ from, messageId, expiresAtMs })
  }
  await acknowledge({ from, messageId }, request)
}

/** One that does not wait for it any more comes again, or has expired. */
async function acknowledge(
  message: { readonly from: string; readonly messageId: string },
  request: AppRequest,
): Promise<void> {
  try {
    const answer = await request('POST', '/api/acknowledgements', message)
    await answer.body.dump()
  } catch (error) {
    if (!(error instanceof AppRefused) || error.status !== NOT_FOUND) throw error
  }
}

/** Forgets from time to time what has expired, so that the list does not grow for ever. */
function createSweep(seen: SeenList): () => Promise<void> {
  let nextMs = Number.NEGATIVE_INFINITY
  return async () => {
    if (performance.now() < nextMs) return
    nextMs = performance.now() + SWEEP_MS
    await seen.removeExpired(Date.now() - KEPT_MS)
  }
}
