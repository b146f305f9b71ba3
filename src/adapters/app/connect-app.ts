/**
 * An application at a CPNS Server, from its side: sends messages, and gets those to its service, each
 * acknowledged when its handler has returned. Design 8
 */
import { Pool } from 'undici'
import type { AppMessageJson } from '../../app/app-message.ts'
import { AuthenticationFailed, CpnsError, TransportFailed } from '../../errors/errors.ts'
import { fromBase64, toBase64 } from '../../octets/octets.ts'
import { createConnector } from '../http/read-past-continue.ts'
import { secureConnector } from '../http/secure-connector.ts'
import { openSeenList } from '../sqlite/seen-list.ts'
import { parseServerUrl } from '../tls/server-address.ts'
import type { Trust } from '../tls/trust.ts'
import { eventsOf } from './read-events.ts'

/** Which server, and as whom. */
export interface AppTarget {
  /** `https://host:port`; `http://…` on this machine only. */
  readonly url: string
  /** As `cpns app add` printed it. */
  readonly apiKey: string
  /** How the server is known; default: authorities of the machine. */
  readonly trust?: Trust
  /**
   * File that keeps what was handled, so that a message whose acknowledgement was lost (the server or this
   * program ended at that moment) is not handled again; default: it may be handled twice then.
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
  /** Seconds; default 3600. */
  readonly expires?: number
  /** Default a fresh one; the same again is the same message. */
  readonly messageId?: string
}

/** An application. */
export interface App {
  /**
   * @returns The MessageID, once the message is durable at the server.
   * @throws {AppRefused} If the server refuses it; with 503 so much waits for the recipient that the same
   * can only be sent again later.
   * @throws {TransportFailed} If there is no answer; the same MessageID can be sent again.
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

/** The server said no. */
export class AppRefused extends AuthenticationFailed {
  /** HTTP status. */
  readonly status: number

  constructor(status: number, detail: string) {
    super(`the server refused (status ${status}): ${detail}`)
    this.status = status
  }
}

const TIMEOUT_MS = 10_000
/** The server sends something every 15 s. */
const SILENCE_MS = 45_000
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000

/** @throws {ConfigurationInvalid} If the URL or the file cannot be used. */
export function connectApp(target: AppTarget): App {
  const seen = target.seenFile === undefined ? undefined : openSeenList(target.seenFile)
  const closing = new AbortController()
  const server = createRequests(target, closing.signal)
  const { request } = server

  /** The message that is being handled; its seen-list is closed only after it. */
  let handled: Promise<unknown> = Promise.resolve()

  const handle = async (data: string, handler: Handler): Promise<void> => {
    const { payload, expiresAt, ...rest } = JSON.parse(data) as AppMessageJson
    const { from, messageId } = rest
    if (!(await seen?.hasSeen({ from, messageId }))) {
      await handler({ ...rest, payload: fromBase64(payload) })
      await seen?.markSeen({ from, messageId, expiresAtMs: Date.parse(expiresAt) })
    }
    const answer = await request('POST', '/api/acknowledgements', { from, messageId })
    await answer.body.dump()
  }

  const listenOnce = async (handler: Handler): Promise<void> => {
    const { body } = await request('GET', '/api/events')
    for await (const { event, data } of eventsOf(body)) {
      if (event !== 'message') continue
      handled = handle(data, handler).catch((error: unknown) => error)
      const error = await handled
      if (error !== undefined) throw error
    }
  }

  return {
    async send({ payload, ...rest }) {
      const body = { ...rest, ...(payload && { payload: toBase64(payload) }) }
      const answer = await request('POST', '/api/messages', body)
      const { messageId } = (await answer.body.json()) as { messageId: string }
      return messageId
    },
    async listen(handler) {
      let retryMs = FIRST_RETRY_MS
      await seen?.removeExpired(Date.now())
      while (!closing.signal.aborted) {
        try {
          await listenOnce(handler)
          retryMs = FIRST_RETRY_MS
        } catch (error) {
          if (error instanceof AppRefused && error.status < 404) throw error
        }
        await pause(retryMs, closing.signal)
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
      }
    },
    async close() {
      closing.abort()
      await server.close()
      await handled
      await seen?.close()
    },
  }
}

type Handler = Parameters<App['listen']>[0]

/** Requests with the API key; anything but success is thrown. */
function createRequests(
  { url, apiKey, trust = { kind: 'system' } }: AppTarget,
  signal: AbortSignal,
) {
  const address = parseServerUrl(url, { secure: 'https', plain: 'http' })
  const pool = new Pool(address.url.origin, {
    connections: 4,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: SILENCE_MS,
    connect: address.secure
      ? secureConnector(address, { trust, timeoutMs: TIMEOUT_MS })
      : createConnector({ timeout: TIMEOUT_MS }),
  })
  return {
    request: async (method: 'GET' | 'POST', path: string, body?: object) => {
      const headers = {
        authorization: `Bearer ${apiKey}`,
        ...(body && { 'content-type': 'application/json' }),
      }
      const content = body && { body: JSON.stringify(body) }
      try {
        const answer = await pool.request({ method, path, signal, headers, ...content })
        if (answer.statusCode < 300) return answer
        throw new AppRefused(answer.statusCode, detailOf(await answer.body.text()))
      } catch (error) {
        if (error instanceof CpnsError) throw error
        const { code = 'unknown cause' } = error as NodeJS.ErrnoException
        throw new TransportFailed(`no answer from ${address.url.host} (${code})`, { cause: error })
      }
    },
    async close() {
      if (!pool.destroyed) await pool.destroy()
    },
  }
}

function detailOf(text: string): string {
  try {
    const { detail, title } = JSON.parse(text) as { detail?: string; title?: string }
    return detail ?? title ?? 'no reason given'
  } catch {
    return 'no reason given'
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
