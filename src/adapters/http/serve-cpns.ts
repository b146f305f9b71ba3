/**
 * The end points that take CPNS: CPNS-2 (`/cpns`, POST and WebSocket, under a certificate or PSK-TLS) and
 * CPNS-1 (`/pne`, WebSocket). Without TLS only on this machine. Design 7, 12
 */
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { type Log, noLog } from '../../ports/log.ts'
import { type ServePskTlsPorts, servePskTls } from '../naf/psk-server.ts'
import { listenOn } from '../system/listen-on.ts'
import { logKeys } from '../tls/log-keys.ts'
import { assertLoopback } from '../tls/server-address.ts'
import { startOnFirstOctets } from '../tls/start-on-first-octets.ts'
import { createPostHandler, type PostEndpoint } from './answer-post.ts'
import { type SocketEndpoint, serveFrameSockets } from './serve-frame-sockets.ts'

/** Where to listen, and what to serve there. */
export interface ServeCpnsOptions {
  /** Name or address of an interface; without `tls` or `psk` only this machine. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly tls?: { readonly certificatePem: string; readonly privateKeyPem: string }
  /** PSK-TLS in place of a certificate: where the keys come from. TS 33.222 5.4 */
  readonly psk?: Pick<ServePskTlsPorts, 'lookup' | 'clock'>
  readonly post?: PostEndpoint
  readonly sockets?: SocketEndpoint
  /** TCP connections at once; default 2000. */
  readonly maxConnections?: number
  /** For a whole request to arrive; default 10 s. */
  readonly requestTimeoutMs?: number
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
  /** Takes what went wrong inside; default nobody. */
  readonly log?: Log
}

/** A server that listens. */
export interface RunningServer {
  readonly port: number
  /** Stops listening, ends all connections, and resolves when none is left. Safe to call twice. */
  close(): Promise<void>
}

const MAX_HEADER_OCTETS = 8 * 1024
const DEFAULT_MAX_CONNECTIONS = 2_000
const DEFAULT_REQUEST_TIMEOUT_MS = 10_000
const KEEP_ALIVE_MS = 10_000
/** How often the platform looks for requests that are too slow. */
const CHECK_INTERVAL_MS = 500
/** How long `close` waits for answers that are under way. */
const CLOSE_GRACE_MS = 3_000
const SWEEP_INTERVAL_MS = 20
const PROTOCOL = 'http/1.1'

/** @throws {ConfigurationInvalid} If it cannot listen there, or the certificate cannot be used. */
export async function serveCpns(options: ServeCpnsOptions): Promise<RunningServer> {
  const secure = options.tls !== undefined || options.psk !== undefined
  if (!secure) assertLoopback(options.host)
  const shared = { secure, log: options.log ?? noLog }
  const server = createServer(options)
  logKeys(server, options.keyLog)
  server.on('request', createPostHandler(options.post, shared))
  const frameSockets = options.sockets && serveFrameSockets(server, options.sockets, shared)
  const serving = await (options.psk === undefined
    ? serveConnections(server, options)
    : servePskConnections(server, { ...options, psk: options.psk }))

  let closing: Promise<void> | undefined
  return {
    port: serving.port,
    close() {
      closing ??= serving.close()
      frameSockets?.closeAll()
      return closing
    },
  }
}

/** An HTTP server that listens itself. */
async function serveConnections(server: Server, options: ServeCpnsOptions): Promise<RunningServer> {
  server.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS
  const connections = trackConnections(server)
  await listenOn(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    close: () => closeServer(server, connections),
  }
}

/** An HTTP server that is handed connections whose clients have proved that they have a key of GBA. */
async function servePskConnections(
  server: Server,
  { psk, ...options }: ServeCpnsOptions & Required<Pick<ServeCpnsOptions, 'psk'>>,
): Promise<RunningServer> {
  const { host, port, requestTimeoutMs = DEFAULT_REQUEST_TIMEOUT_MS, log = noLog } = options
  const { maxConnections = DEFAULT_MAX_CONNECTIONS } = options
  const serving = await servePskTls(
    { host, port, alpn: [PROTOCOL], maxConnections, handshakeTimeoutMs: requestTimeoutMs },
    {
      ...psk,
      ...(options.keyLog && { keyLog: options.keyLog }),
      log,
      onConnection: (socket) => void server.emit('connection', socket),
    },
  )
  // It never listens itself, and without this it would not watch over slow requests.
  server.emit('listening')
  return {
    port: serving.port,
    async close() {
      server.close()
      await serving.close()
    },
  }
}

/** Connections end as soon as they are idle, and all of them after the grace. */
function closeServer(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL_MS)
    const grace = setTimeout(() => {
      for (const connection of connections) connection.destroy()
    }, CLOSE_GRACE_MS)
    server.close(() => {
      clearInterval(sweep)
      clearTimeout(grace)
      resolve()
    })
  })
}

function createServer({ tls, requestTimeoutMs = DEFAULT_REQUEST_TIMEOUT_MS }: ServeCpnsOptions) {
  const limits = {
    maxHeaderSize: MAX_HEADER_OCTETS,
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
  }
  if (tls === undefined) return createHttpServer(limits)
  try {
    const server = createHttpsServer({
      ...limits,
      cert: tls.certificatePem,
      key: tls.privateKeyPem,
      minVersion: 'TLSv1.2',
      handshakeTimeout: requestTimeoutMs,
      // A list would be copied for every connection, and hold 8 KiB of what the copy was cut from.
      ALPNCallback: ({ protocols }) => (protocols.includes(PROTOCOL) ? PROTOCOL : undefined),
    })
    startOnFirstOctets(server, requestTimeoutMs)
    return server
  } catch (cause) {
    throw new ConfigurationInvalid('the TLS certificate or its key cannot be used', { cause })
  }
}

/** All TCP connections, also those still in a TLS handshake or upgraded. */
function trackConnections(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>()
  server.on('connection', (connection: Socket) => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })
  return connections
}
