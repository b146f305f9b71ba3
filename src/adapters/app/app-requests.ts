/** Requests of an application to the application API of its CPNS Server. Design 8 */
import { type Dispatcher, Pool } from 'undici'
import {
  AuthenticationFailed,
  ConfigurationInvalid,
  CpnsError,
  TransportFailed,
} from '../../errors/errors.ts'
import { serverConnector } from '../http/secure-connector.ts'
import { parseServerUrl } from '../tls/server-address.ts'
import type { Trust } from '../tls/trust.ts'

/** Which server, and as whom. */
export interface AppServer {
  /** `https://host:port`; `http://…` on this machine only. */
  readonly url: string
  /** As `cpns app add` printed it. */
  readonly apiKey: string
  /** How the server is known; default: authorities of the machine. */
  readonly trust?: Trust
}

/** The server said no. */
export class AppRefused extends AuthenticationFailed {
  /** HTTP status. */
  readonly status: number
  /** When the same may be sent again, if the server has said so. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, detail: string, retryAfterSeconds?: number) {
    super(`the server refused (status ${status}): ${detail}`)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/**
 * One request.
 *
 * @throws {AppRefused} If the answer is no success.
 * @throws {TransportFailed} If there is none.
 */
export type AppRequest = (
  method: 'GET' | 'POST',
  path: string,
  body?: object,
) => Promise<Dispatcher.ResponseData>

/** A connection to one server. */
export interface AppRequests {
  readonly request: AppRequest
  /** Safe to call twice. */
  close(): Promise<void>
}

const FITS_HEADER = /^[!-~]+$/
const TIMEOUT_MS = 10_000
/** The server sends something every 15 s. */
const SILENCE_MS = 45_000

/** @param signal Ends what is under way. @throws {ConfigurationInvalid} If the URL or the key cannot be used. */
export function createAppRequests(
  { url, apiKey, trust = { kind: 'system' } }: AppServer,
  signal: AbortSignal,
): AppRequests {
  const address = parseServerUrl(url, { secure: 'https', plain: 'http' })
  // The line end of a file that it was read from, say: no request with it could be sent.
  if (!FITS_HEADER.test(apiKey))
    throw new ConfigurationInvalid('apiKey: no key, or more than a key')
  const pool = new Pool(address.url.origin, {
    connections: 4,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: SILENCE_MS,
    connect: serverConnector(address, { trust, timeoutMs: TIMEOUT_MS }),
  })
  return {
    async request(method, path, body) {
      const headers = {
        authorization: `Bearer ${apiKey}`,
        ...(body && { 'content-type': 'application/json' }),
      }
      const content = body && { body: JSON.stringify(body) }
      try {
        const answer = await pool.request({ method, path, signal, headers, ...content })
        if (answer.statusCode < 300) return answer
        throw await refusalOf(answer)
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

async function refusalOf({ statusCode, headers, body }: Dispatcher.ResponseData) {
  const retryAfter = String(headers['retry-after'] ?? '')
  const seconds = /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) : undefined
  return new AppRefused(statusCode, detailOf(await body.text()), seconds)
}

function detailOf(text: string): string {
  try {
    const { detail, title } = JSON.parse(text) as { detail?: string; title?: string }
    return detail ?? title ?? 'no reason given'
  } catch {
    return 'no reason given'
  }
}
