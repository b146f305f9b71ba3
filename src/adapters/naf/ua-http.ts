/**
 * HTTP to one origin as a client of Ua sees it: it has to know the cipher suite of the connection, because
 * the key depends on it (TS 33.220 H.3). One connection at a time, so that there is one suite.
 */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { Client } from 'undici'
import { ConfigurationInvalid, CpnsError, TransportFailed } from '../../errors/errors.ts'
import { spellHeader } from '../../http-digest/header-spelling.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { createConnector, readPastContinue } from '../http/read-past-continue.ts'
import { connectTls } from '../tls/connect-tls.ts'
import type { Trust } from '../tls/trust.ts'
import { cipherSuiteOfSocket } from './ua-request.ts'

/** Where to connect, and how the server is known. */
export interface UaHttpTarget {
  /** Its host is the name that counts: of the certificate, the Host header and the key. */
  readonly url: URL
  /** Where that name is, if not where the resolver says. */
  readonly connectTo?: { readonly host: string; readonly port: number }
  readonly trust: Trust
  /** Opens connections of TLS in another way than by certificate; `trust` means nothing then. */
  readonly openTls?: (address: {
    readonly host: string
    readonly port: number
  }) => Promise<TLSSocket>
  /** Takes the secrets of connections under a certificate; default nobody. */
  readonly keyLog?: KeyLog
  readonly timeoutMs: number
  /** Octets of an answer's body. */
  readonly maxResponseOctets: number
}

/** One request, as it is to be sent. */
export interface UaHttpRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly signal?: AbortSignal
}

/** One answer, read as a whole. */
export interface UaHttpAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: Uint8Array
}

/** A way to one origin. */
export interface UaHttp {
  /** IANA value of the last connection's cipher suite; absent without TLS, and before there was one. */
  readonly cipherSuite: number | 'unknown' | undefined
  /**
   * Never sends a request twice, and follows no redirect.
   *
   * @throws {ConfigurationInvalid} If it cannot be sent: method or a header is none.
   * @throws {TransportFailed} If there is no answer, or too long a one.
   * @throws {AuthenticationFailed} If the server's certificate or key is not the one trusted.
   */
  send(request: UaHttpRequest): Promise<UaHttpAnswer>
  close(): Promise<void>
}

/** What the platform says of a method or header that it does not send. */
const UNSENDABLE = [
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]

type ConnectCallback = (
  ...result: [error: null, socket: Socket] | [error: Error, socket: null]
) => void

/** Connects when first asked. */
export function connectUaHttp(target: UaHttpTarget): UaHttp {
  const { url, timeoutMs, maxResponseOctets } = target
  const state: { cipherSuite: number | 'unknown' | undefined } = { cipherSuite: undefined }
  const isTls = url.protocol === 'https:'
  const connectTo = target.connectTo ?? {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (isTls ? 443 : 80),
  }
  const { openTls = certifiedTls(target) } = target
  const secureConnector = (_: unknown, done: ConnectCallback): void => {
    openTls(connectTo).then(
      (socket) => {
        state.cipherSuite = cipherSuiteOfSocket(socket)
        done(null, readPastContinue(socket))
      },
      (error: Error) => done(error, null),
    )
  }
  const plain = createConnector({ timeout: timeoutMs })
  const plainConnector: typeof plain = (options, done) =>
    plain({ ...options, hostname: connectTo.host, port: String(connectTo.port) }, done)
  // Not a pool: one of a single connection waits for ever after a request that cannot be sent.
  const client = new Client(url.origin, {
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: maxResponseOctets,
    connect: isTls ? secureConnector : plainConnector,
  })
  return {
    get cipherSuite() {
      return state.cipherSuite
    },
    async send(request) {
      try {
        return await exchange(client, request)
      } catch (error) {
        throw asSendError(error, { host: url.host, signal: request.signal })
      }
    },
    close: () => client.destroy(),
  }
}

function certifiedTls({ url, trust, timeoutMs, keyLog }: UaHttpTarget) {
  const common = { serverName: url.hostname, trust, alpn: ['http/1.1'], timeoutMs }
  const options = { ...common, ...(keyLog && { keyLog }) }
  return (address: { readonly host: string; readonly port: number }) =>
    connectTls({ ...address, ...options })
}

async function exchange(client: Client, request: UaHttpRequest): Promise<UaHttpAnswer> {
  const { method, path, body, signal } = request
  const answer = await client.request({
    method,
    path,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [spellHeader(name), value]),
    ),
    body: body.length === 0 ? null : body,
    ...(signal !== undefined && { signal }),
  })
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value = []]) => [name, [value].flat()]),
    ),
    body: await answer.body.bytes(),
  }
}

/** What the caller aborted is the caller's to explain. */
function asSendError(
  error: unknown,
  { host, signal }: { readonly host: string; readonly signal: AbortSignal | undefined },
): unknown {
  if (error instanceof CpnsError || signal?.aborted === true) return error
  const { code = 'unknown cause', message } = error as NodeJS.ErrnoException
  if (UNSENDABLE.includes(code)) {
    return new ConfigurationInvalid(`the request cannot be sent: ${message}`, { cause: error })
  }
  return new TransportFailed(`no answer from ${host} (${code})`, { cause: error })
}
