/** Ub over real HTTP: the UE's way to its BSF. TS 24.109 4. Only where to connect; names stay the card's. */
import type { IncomingHttpHeaders } from 'node:http'
import { type Dispatcher, errors, Pool } from 'undici'
import { AuthenticationFailed, ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import type { UbExchange, UbRequest, UbResponse } from '../../gba/ub-exchange.ts'
import { spellHeader } from '../../http-digest/header-spelling.ts'
import { concatOctets } from '../../octets/octets.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { serverConnector } from '../http/secure-connector.ts'
import type { Trust } from '../tls/trust.ts'

/** Where the BSF is, and how long it may take. */
export interface ConnectUbInput {
  /** `http://host[:port]` or `https://host[:port]`, without a path: that is the Request-URI's. */
  readonly baseUrl: string
  /** With `https`, how the BSF is known; default the authorities of the machine. */
  readonly trust?: Trust
  /** With `https`, takes the secrets of its connections; default nobody. */
  readonly keyLog?: KeyLog
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
const NO_OCTETS = new Uint8Array(0)

/**
 * Connects when first asked. Redirects are not followed.
 *
 * @throws {ConfigurationInvalid} If the URL cannot be one of a BSF.
 */
export function connectUb(input: ConnectUbInput): UbConnection {
  const { timeoutMs = TIMEOUT_MS, maxResponseOctets = MAX_RESPONSE_OCTETS } = input
  const { connections = CONNECTIONS, trust = { kind: 'system' }, keyLog } = input
  const address = parseBsfUrl(input.baseUrl)
  const { url } = address
  const { origin } = url
  const pool = new Pool(origin, {
    connections,
    connect: serverConnector(address, { trust, timeoutMs, ...(keyLog && { keyLog }) }),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: maxResponseOctets,
  })
  return {
    async exchange(request) {
      try {
        return await send(pool, { request, url }, timeoutMs)
      } catch (cause) {
        throw new TransportFailed(`the BSF at ${origin} ${reasonOf(cause)}`, { cause })
      }
    },
    close: () => pool.destroy(),
  }
}

function send(
  pool: Pool,
  { request, url }: { readonly request: UbRequest; readonly url: URL },
  timeoutMs: number,
): Promise<UbResponse> {
  return new Promise((resolve, reject) => {
    const collector = new Collector((outcome) => {
      clearTimeout(timer)
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    })
    const timer = setTimeout(() => collector.abort(new errors.RequestAbortedError()), timeoutMs)
    const { method, uri: path, body } = request
    const headers = headersFor(request, url)
    pool.dispatch(
      { method, path, headers: pairsOf(headers), body: body.length === 0 ? null : body },
      collector,
    )
  })
}

/** Takes one answer; the stream of octets that `Pool.request` makes for its body costs 10 µs. */
class Collector implements Dispatcher.DispatchHandler {
  readonly #done: (outcome: UbResponse | Error) => void
  readonly #parts: Uint8Array[] = []
  #status = 0
  #headers: UbResponse['headers'] = {}
  #controller: Dispatcher.DispatchController | undefined
  #abortedFor: Error | undefined

  /** @param done Only its first call counts. */
  constructor(done: (outcome: UbResponse | Error) => void) {
    this.#done = done
  }

  /** Ends the exchange, also one that waits for a connection. */
  abort(reason: Error): void {
    this.#abortedFor = reason
    this.#controller?.abort(reason)
    this.#done(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#abortedFor !== undefined) controller.abort(this.#abortedFor)
  }

  onResponseStart(_: unknown, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status
    this.#headers = listsOf(headers)
  }

  onResponseData(_: unknown, part: Uint8Array): void {
    // Octets of the socket that nobody writes to again, without the methods of a Buffer.
    this.#parts.push(new Uint8Array(part.buffer, part.byteOffset, part.length))
  }

  onResponseEnd(): void {
    const [only = NO_OCTETS] = this.#parts
    const body = this.#parts.length > 1 ? concatOctets(...this.#parts) : only
    this.#done({ status: this.#status, headers: this.#headers, body })
  }

  onResponseError(_: unknown, error: Error): void {
    this.#done(error)
  }
}

/**
 * Host names the BSF as the card does; a port that is not the default one belongs to it. RFC 9112 3.2. With
 * TLS it is the host of the URL, which is what the certificate is checked for.
 */
function headersFor({ headers }: UbRequest, { protocol, port }: URL): UbRequest['headers'] {
  const { host, ...others } = headers
  if (host === undefined || protocol === 'https:') return others
  return { host: host.map((name) => (port === '' ? name : `${name}:${port}`)), ...others }
}

/** Name, value, name, value …: a list of values would be looked through as an object. */
function pairsOf(headers: UbRequest['headers']): string[] {
  const pairs: string[] = []
  for (const name in headers) {
    for (const value of headers[name] ?? []) pairs.push(spellHeader(name), value)
  }
  return pairs
}

function listsOf(headers: IncomingHttpHeaders): UbResponse['headers'] {
  const lists: Record<string, readonly string[]> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) lists[name] = typeof value === 'string' ? [value] : value
  }
  return lists
}

/** Where a BSF is. Unlike other servers it may be one without TLS on another machine: Ub is plain HTTP. TS 24.109 4 */
export interface BsfAddress {
  readonly url: URL
  /** Domain name, or IP address without brackets. */
  readonly host: string
  readonly port: number
  /** Whether TLS is used. */
  readonly secure: boolean
}

/** @throws {ConfigurationInvalid} If the URL cannot be one of a BSF. */
export function parseBsfUrl(baseUrl: string): BsfAddress {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  const isBare = url?.pathname === '/' && url.search === '' && url.hash === '' && !url.username
  if (url === undefined || !isBare || !/^https?:$/.test(url.protocol)) {
    throw new ConfigurationInvalid(`${baseUrl} is not a URL of the form http://host:port`)
  }
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { url, host, port: Number(url.port) || (secure ? 443 : 80), secure }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof errors.ResponseExceededMaxSizeError) return 'sent too long an answer'
  // Not as a refusal of the BSF, which was never heard: docs/explanation/decisions/0060-a-bsf-that-is-not-trusted.md
  if (cause instanceof AuthenticationFailed) return `is not the one to trust: ${cause.message}`
  if (cause instanceof TransportFailed && cause.cause !== undefined) return reasonOf(cause.cause)
  if (cause instanceof TransportFailed) return `cannot be asked: ${cause.message}`
  if (cause instanceof errors.RequestAbortedError) return 'did not answer in time'
  if (cause instanceof Error && 'code' in cause) return `cannot be asked: ${String(cause.code)}`
  return 'cannot be asked'
}
