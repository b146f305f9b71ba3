/**
 * Ub over real HTTP: the BSF's listener. TS 24.109 4, Annex A. Ub is plain HTTP by its specification;
 * what must be believed is protected by the digest.
 *
 * A client is bounded in everything: header size, body size, time, and the number of connections.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { UbRequest, UbResponse } from '../../gba/ub-exchange.ts'
import { spellHeader } from '../../http-digest/header-spelling.ts'
import { concatOctets, toLatin1 } from '../../octets/octets.ts'
import { listenOn } from '../system/listen-on.ts'

/** A BSF, as far as Ub goes. */
export interface UbHandler {
  /** Never rejects. */
  handleUb(request: UbRequest, context: { readonly remoteAddress: string }): Promise<UbResponse>
}

/** Where to listen, and for whom. */
export interface ServeUbInput {
  readonly bsf: UbHandler
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly limits?: Partial<UbServerLimits>
}

/** What one client may take. */
export interface UbServerLimits {
  /** Octets of request line and headers; default 16 KiB. More is 431. */
  readonly maxHeaderOctets: number
  /** Octets of a body; default 16 KiB. More is 413. */
  readonly maxBodyOctets: number
  /** For a whole request to arrive; default 10 s. More is 408. */
  readonly requestTimeoutMs: number
  /** Connections at one time; default 4096. More are closed at once. */
  readonly maxConnections: number
}

/** A running listener. */
export interface UbServer {
  readonly port: number
  /** Stops listening, gives requests under way a second, and resolves when no socket is left. */
  close(): Promise<void>
}

const DEFAULT_LIMITS: UbServerLimits = {
  maxHeaderOctets: 16_384,
  maxBodyOctets: 16_384,
  requestTimeoutMs: 10_000,
  maxConnections: 4096,
}
const KEEP_ALIVE_MS = 5000
const IDLE_SOCKET_MS = 30_000
const CLOSE_GRACE_MS = 1000
const NO_BODY = new Uint8Array(0)

/** @throws {ConfigurationInvalid} If host and port cannot be listened on. */
export async function serveUb({ bsf, host, port, limits }: ServeUbInput): Promise<UbServer> {
  const { maxHeaderOctets, maxBodyOctets, requestTimeoutMs, maxConnections } = {
    ...DEFAULT_LIMITS,
    ...limits,
  }
  const server = createServer({
    maxHeaderSize: maxHeaderOctets,
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
  })
  server.maxConnections = maxConnections
  server.timeout = IDLE_SOCKET_MS
  server.on('request', (request, response) => {
    answer({ bsf, request, response, maxBodyOctets }).catch(() => response.destroy())
  })
  await listenOn(server, { host, port })
  return { port: (server.address() as AddressInfo).port, close: () => close(server) }
}

async function answer(exchange: {
  readonly bsf: UbHandler
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly maxBodyOctets: number
}): Promise<void> {
  const { bsf, request, response, maxBodyOctets } = exchange
  const headers = request.headersDistinct as Record<string, string[]>
  // RFC 9112 6.3: without one of these there is no body, and the stream need not be asked.
  const hasBody = 'content-length' in headers || 'transfer-encoding' in headers
  const body = hasBody ? await readBody(request, maxBodyOctets) : NO_BODY
  if (body === undefined) {
    response.writeHead(413, { connection: 'close', 'content-length': 0 }).end()
    return
  }
  const answered = await bsf.handleUb(
    { method: request.method ?? '', uri: request.url ?? '', headers, body },
    { remoteAddress: request.socket.remoteAddress ?? '' },
  )
  write(response, answered)
}

function write(response: ServerResponse, { status, headers, body }: UbResponse): void {
  // Name, value, name, value …: the list that Node writes without looking anything up.
  const written: string[] = []
  for (const name in headers) {
    for (const value of headers[name] ?? []) written.push(spellHeader(name), value)
  }
  written.push('Content-Length', String(body.length))
  response.writeHead(status, written)
  if (body.length === 0) response.end()
  // As a text of an octet a character it goes out in one piece with the headers.
  else response.end(toLatin1(body), 'latin1')
}

/** @returns `undefined` if there are more octets; what comes after that is not read. */
function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = []
    let length = 0
    request.on('data', (part: Uint8Array) => {
      length += part.length
      if (length <= limit) {
        parts.push(part)
        return
      }
      request.pause()
      resolve(undefined)
    })
    request.on('end', () => resolve(concatOctets(...parts)))
    request.on('error', reject)
    request.on('close', () => reject(new Error('the client went away')))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const grace = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
    server.close(() => {
      clearTimeout(grace)
      resolve()
    })
    server.closeIdleConnections()
  })
}
