/**
 * A listener of the service based forms: HTTP/2 (h2c on this machine, else TLS) or HTTP/1.1 for the web
 * service. RFC 9113, TS 29.500 5.2
 *
 * Who asks is each domain name of its certificate. A client is bounded in everything: headers,
 * body, time, streams, connections.
 */
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import {
  createServer as createH2cServer,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { plainAddress } from '../../identity/address-group.ts'
import { concatOctets } from '../../octets/octets.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import type { Log } from '../../ports/log.ts'
import type { SbiRequest, SbiResponse } from '../../sbi/exchange.ts'
import { problemResponse } from '../../sbi/problem-details.ts'
import { answerRequest, PROBLEMS, type SbiRoute } from '../../sbi/routes.ts'
import { mediaTypeOf } from '../http/media-type.ts'
import { listenOn } from '../system/listen-on.ts'
import { logKeys } from '../tls/log-keys.ts'
import type { ServerCertificate } from '../tls/self-signed-certificate.ts'
import { assertLoopback } from '../tls/server-address.ts'
import { clientNamesOf } from './client-name.ts'
import { CLOSE_GRACE_MS, trackSessions } from './http2-sessions.ts'

/** Where to listen, and for whom. */
export interface ServeSbiOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** TLS; each client proves itself by a certificate of `clientCa` (PEM). */
  readonly tls?: Pick<ServerCertificate, 'certificatePem' | 'privateKeyPem'> & {
    readonly clientCa: string
  }
  /** Without TLS, on this machine only: who asks, by its IP address. */
  readonly plainClients?: Readonly<Record<string, string>>
  readonly limits?: Partial<SbiLimits>
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
  /** Told of faults of our own. */
  readonly log?: Log
}

/** What one client may take. */
export interface SbiLimits {
  /** Octets of headers; default 16 KiB. More is 431, or the stream is reset. */
  readonly maxHeaderOctets: number
  /** Octets of a body; default 16 KiB. More is 413. */
  readonly maxBodyOctets: number
  /**
   * For a whole request to arrive; default 10 s. More is 408. A stream whose answer is not taken ends
   * after three times as long.
   */
  readonly requestTimeoutMs: number
  /** Requests of one connection at one time; default 128. */
  readonly maxStreams: number
  /** Connections at one time; default 1024. More are closed at once. */
  readonly maxConnections: number
  /** After which a connection without a request is closed, whatever else it says; default 2 minutes. */
  readonly idleTimeoutMs: number
}

/** A running listener. */
export interface SbiServer {
  readonly port: number
  /** Stops listening, gives requests under way a second, and resolves when no socket is left. */
  close(): Promise<void>
}

const DEFAULT_LIMITS: SbiLimits = {
  maxHeaderOctets: 16_384,
  maxBodyOctets: 16_384,
  requestTimeoutMs: 10_000,
  maxStreams: 128,
  maxConnections: 1024,
  idleTimeoutMs: 120_000,
}
/** A stream may take that many times as long as its request. */
const STREAM_TIMES = 3

type Request = IncomingMessage | Http2ServerRequest
type Response = ServerResponse | Http2ServerResponse

/**
 * @throws {ConfigurationInvalid} If host and port cannot be listened on, or TLS is left out on a host that
 *   is not this machine.
 */
export async function serveSbi(
  version: 'HTTP/2' | 'HTTP/1.1',
  options: ServeSbiOptions,
  routes: readonly SbiRoute[],
): Promise<SbiServer> {
  if (options.tls === undefined) assertLoopback(options.host)
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const listener = (request: Request, response: Response): void => {
    answer({ request, response, options, limits, routes }).catch((error: unknown) => {
      options.log?.error('sbi-failed', { reason: error instanceof Error ? error.name : 'unknown' })
      send(response, problemResponse(PROBLEMS.failed))
    })
  }
  const server =
    version === 'HTTP/2'
      ? createHttp2(options, limits, listener)
      : createHttp1(options, limits, listener)
  logKeys(server, options.keyLog)
  server.maxConnections = limits.maxConnections
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const sessions = trackSessions(server, {
    idleTimeoutMs: limits.idleTimeoutMs,
    streamTimeoutMs: STREAM_TIMES * limits.requestTimeoutMs,
  })
  // Else the platform would answer these itself, without a problem document.
  for (const event of ['connect', 'checkExpectation']) {
    if (version === 'HTTP/2') server.on(event, listener)
  }
  await listenOn(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    close: () => close(server, sessions, sockets),
  }
}

type Listener = (request: Request, response: Response) => void

function createHttp2({ tls }: ServeSbiOptions, limits: SbiLimits, listener: Listener): Server {
  const options = {
    settings: {
      enablePush: false,
      maxConcurrentStreams: limits.maxStreams,
      maxHeaderListSize: limits.maxHeaderOctets,
    },
    maxSessionInvalidFrames: 16,
    maxSessionRejectedStreams: 16,
  }
  if (tls === undefined) return createH2cServer(options, listener)
  return createSecureServer({ ...options, ...tlsOptions(tls) }, listener)
}

function createHttp1({ tls }: ServeSbiOptions, limits: SbiLimits, listener: Listener): Server {
  const options = {
    maxHeaderSize: limits.maxHeaderOctets,
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
  }
  if (tls === undefined) return createPlainServer(options, listener)
  return createTlsServer({ ...options, ...tlsOptions(tls) }, listener)
}

function tlsOptions({
  certificatePem,
  privateKeyPem,
  clientCa,
}: NonNullable<ServeSbiOptions['tls']>) {
  return {
    cert: certificatePem,
    key: privateKeyPem,
    ca: clientCa,
    requestCert: true,
    minVersion: 'TLSv1.2' as const,
    handshakeTimeout: 10_000,
  }
}

async function answer(exchange: {
  readonly request: Request
  readonly response: Response
  readonly options: ServeSbiOptions
  readonly limits: SbiLimits
  readonly routes: readonly SbiRoute[]
}): Promise<void> {
  const { request, response, options, limits, routes } = exchange
  // The platform holds a client to the limit only once it has acknowledged our settings.
  if (headerOctetsOf(request) > limits.maxHeaderOctets) {
    return send(response, problemResponse(PROBLEMS.headersTooLarge), { last: true })
  }
  const body = await readBody(request, limits)
  if (body === 'gone') return
  if (body === 'tooLarge' || body === 'tooSlow') {
    send(response, problemResponse(PROBLEMS[body]), { last: true })
    return
  }
  const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers
  const asked: SbiRequest = {
    method: request.method ?? '',
    path: (request.url ?? '').replace(/\?.*$/s, ''),
    ...(contentType === undefined ? {} : { contentType: mediaTypeOf(contentType) }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    body,
  }
  send(response, await answerRequest(routes, asked, clientOf(request, options)))
}

/** Counted as the setting of HTTP/2 for it is. RFC 9113 6.5.2 */
function headerOctetsOf({ rawHeaders }: Request): number {
  const fields = rawHeaders.length / 2
  return rawHeaders.reduce((sum, text) => sum + text.length, 32 * fields)
}

function clientOf(request: Request, { plainClients = {} }: ServeSbiOptions): readonly string[] {
  const socket = 'stream' in request ? request.stream.session?.socket : request.socket
  if (socket instanceof TLSSocket) return clientNamesOf(socket)
  const address = plainAddress(socket?.remoteAddress ?? '')
  const name = Object.hasOwn(plainClients, address) ? plainClients[address] : undefined
  return name === undefined ? [] : [name]
}

/** The whole body, or why there is none. */
function readBody(
  request: Request,
  { maxBodyOctets, requestTimeoutMs }: SbiLimits,
): Promise<Uint8Array | 'tooLarge' | 'tooSlow' | 'gone'> {
  return new Promise((resolve) => {
    const parts: Uint8Array[] = []
    let length = 0
    const finish = (result: Uint8Array | 'tooLarge' | 'tooSlow' | 'gone'): void => {
      clearTimeout(timer)
      resolve(result)
    }
    const timer = setTimeout(() => finish('tooSlow'), requestTimeoutMs)
    request.on('data', (part: Uint8Array) => {
      length += part.length
      if (length > maxBodyOctets) finish('tooLarge')
      else parts.push(part)
    })
    request.on('end', () => finish(concatOctets(...parts)))
    for (const event of ['error', 'close', 'aborted']) request.on(event, () => finish('gone'))
  })
}

/** @param how.last The rest of the request is not wanted: stream or connection end with the answer. */
function send(
  response: Response,
  answer: SbiResponse,
  how: { readonly last?: boolean } = {},
): void {
  if (response.headersSent || response.destroyed) return
  const { status, contentType, body, allow, acceptEncoding } = answer
  const headers = {
    'content-type': contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
    ...(allow === undefined ? {} : { allow }),
    ...(acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding }),
  }
  if ('stream' in response) {
    response.writeHead(status, headers)
    response.end(body, () => {
      if (how.last) response.stream?.close()
    })
    return
  }
  response.writeHead(status, {
    ...headers,
    ...(how.last && { connection: 'close' }),
  })
  response.end(body)
}

function close(
  server: Server,
  sessions: ReadonlySet<ServerHttp2Session>,
  sockets: ReadonlySet<Socket>,
): Promise<void> {
  return new Promise((resolve) => {
    const grace = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, CLOSE_GRACE_MS)
    server.close(() => {
      clearTimeout(grace)
      resolve()
    })
    for (const session of sessions) session.close()
    if ('closeIdleConnections' in server) (server.closeIdleConnections as () => void)()
  })
}
