/** Ub over real HTTP: the UE's way to its BSF. TS 24.109 4. Only where to connect; names stay the card's. */
import { EventEmitter } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { errors, Pool } from 'undici'
import { ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import type { UbExchange, UbRequest, UbResponse } from '../../gba/ub-exchange.ts'

/** Where the BSF is, and how long it may take. */
export interface ConnectUbInput {
  /** `http://host[:port]` or `https://host[:port]`, without a path: that is the Request-URI's. */
  readonly baseUrl: string
  /** For one whole exchange; default 15 s. */
  readonly timeoutMs?: number
  /** Octets of an answer's body; default 16 KiB. */
  readonly maxResponseOctets?: number
  /** At one time; default 4, for a UE needs no more. */
  readonly connections?: number
}

/** A way to a BSF that is to be closed in the end. */
export interface UbConnection extends UbExchange {
  /** Ends what is under way. Safe to call twice. */
  close(): Promise<void>
}

const TIMEOUT_MS = 15_000
const MAX_RESPONSE_OCTETS = 16_384
const CONNECTIONS = 4

/**
 * Connects when first asked. Redirects are not followed.
 *
 * @throws {ConfigurationInvalid} If the URL cannot be one of a BSF.
 */
export function connectUb(input: ConnectUbInput): UbConnection {
  const { timeoutMs = TIMEOUT_MS, maxResponseOctets = MAX_RESPONSE_OCTETS } = input
  const { connections = CONNECTIONS } = input
  const origin = originOf(input.baseUrl)
  const pool = new Pool(origin, {
    connections,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: maxResponseOctets,
  })
  return {
    async exchange(request) {
      try {
        return await send(pool, request, timeoutMs)
      } catch (cause) {
        throw new TransportFailed(`the BSF at ${origin} ${reasonOf(cause)}`, { cause })
      }
    },
    close: () => pool.destroy(),
  }
}

async function send(pool: Pool, request: UbRequest, timeoutMs: number): Promise<UbResponse> {
  // What undici takes for a signal; AbortSignal.timeout costs 8 µs, and its timer stays until it fires.
  const signal = new EventEmitter()
  const timer = setTimeout(() => signal.emit('abort'), timeoutMs)
  try {
    const { statusCode, headers, body } = await pool.request({
      method: request.method,
      path: request.uri,
      // Lists of values are taken as they are; the types do not say so.
      headers: request.headers as Record<string, string[]>,
      body: request.body.length === 0 ? null : request.body,
      signal,
    })
    return { status: statusCode, headers: listsOf(headers), body: await body.bytes() }
  } finally {
    clearTimeout(timer)
  }
}

function listsOf(headers: IncomingHttpHeaders): UbResponse['headers'] {
  const lists: Record<string, readonly string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) lists[name] = typeof value === 'string' ? [value] : value
  }
  return lists
}

function originOf(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  const isBare = url?.pathname === '/' && url.search === '' && url.hash === '' && !url.username
  if (url === undefined || !isBare || !/^https?:$/.test(url.protocol)) {
    throw new ConfigurationInvalid(`${baseUrl} is not a URL of the form http://host:port`)
  }
  return url.origin
}

function reasonOf(cause: unknown): string {
  if (cause instanceof errors.ResponseExceededMaxSizeError) return 'sent too long an answer'
  if (cause instanceof errors.RequestAbortedError) return 'did not answer in time'
  if (cause instanceof Error && 'code' in cause) return `cannot be asked: ${String(cause.code)}`
  return 'cannot be asked'
}
