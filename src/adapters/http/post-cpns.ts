/** `POST /cpns` as a client: one handshake message out, one back. Design 7 */
import { Pool } from 'undici'
import { CPNS_MEDIA_TYPE } from '../../cpns/messages.ts'
import { CpnsError, TransportFailed } from '../../errors/errors.ts'
import type { PskConnector } from '../naf/psk-client.ts'
import { assertSecure, parseServerUrl, type ServerAddress } from '../tls/server-address.ts'
import type { Trust } from '../tls/trust.ts'
import { serverConnector } from './secure-connector.ts'

/** Where to post, and how the server is known. */
export interface CpnsPostTarget {
  /** `https://…`, or `http://…` to this machine only. */
  readonly url: string
  /** Default: authorities of the machine. */
  readonly trust?: Trust
  /** PSK-TLS in place of a certificate; then `trust` means nothing. TS 33.222 5.4 */
  readonly psk?: PskConnector
  /** At once; default 4. */
  readonly connections?: number
  /** For each of connecting, the head of the answer and its body; default 10 s. */
  readonly timeoutMs?: number
}

/** What the server answered. */
export interface CpnsPostAnswer {
  /** HTTP status. */
  readonly status: number
  readonly body: Uint8Array
}

/** A client of one server; its connections are kept open between messages. */
export interface CpnsPost {
  /**
   * Sends one message; never sends it twice.
   *
   * @throws {TransportFailed} If there is no answer, or one over 64 KiB.
   * @throws {AuthenticationFailed} If the server's certificate or key is not the one trusted.
   * @throws {CpnsError} As `psk`.
   */
  post(octets: Uint8Array): Promise<CpnsPostAnswer>
  /** Ends the connections. Safe to call twice. */
  close(): Promise<void>
}

const MAX_ANSWER_OCTETS = 64 * 1024
const DEFAULT_CONNECTIONS = 4

/** @throws {ConfigurationInvalid} If the URL cannot be used. */
export function connectCpnsPost(target: CpnsPostTarget): CpnsPost {
  const address = parseServerUrl(target.url, { secure: 'https', plain: 'http' })
  const {
    timeoutMs = 10_000,
    connections = DEFAULT_CONNECTIONS,
    trust = { kind: 'system' },
    psk,
  } = target
  if (psk !== undefined) assertSecure(address)
  const pool = new Pool(address.url.origin, {
    connections,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MAX_ANSWER_OCTETS,
    connect: serverConnector(address, { trust, timeoutMs }, psk),
  })
  const request = {
    path: `${address.url.pathname}${address.url.search}`,
    method: 'POST',
    headers: { 'content-type': CPNS_MEDIA_TYPE },
  } as const
  return {
    async post(octets) {
      try {
        const { statusCode, body } = await pool.request({ ...request, body: octets })
        return { status: statusCode, body: await body.bytes() }
      } catch (error) {
        throw asPostError(error, address)
      }
    },
    async close() {
      if (!pool.destroyed) await pool.destroy()
    },
  }
}

function asPostError(error: unknown, { url }: ServerAddress): CpnsError {
  if (error instanceof CpnsError) return error
  const { code = 'unknown cause' } = error as NodeJS.ErrnoException
  return new TransportFailed(`no answer from ${url.host} (${code})`, { cause: error })
}
