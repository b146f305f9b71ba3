/** WebSockets as a server: who may open one, and how many. RFC 6455 4.2, Design 7 */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { FrameSocket } from '../../ports/frame-socket.ts'
import type { Log } from '../../ports/log.ts'
import { createFrameSocket, WEB_SOCKET_LIMITS } from '../ws/frame-socket.ts'
import { pathOf, type RequestContext, requestContext } from './request-context.ts'

/** One path that can be upgraded to a WebSocket. */
export interface SocketEndpoint {
  /** For instance `/cpns`. */
  readonly path: string
  /** The only subprotocol, for instance `cpns2.v1`. */
  readonly subprotocol: string
  /** Web pages that may connect; default none. A client that is no browser sends no `Origin`. */
  readonly allowedOrigins?: readonly string[]
  /** How many may be open at once; default 1000. */
  readonly maxSockets?: number
  /** As in `FrameSocketOptions`, so that who has lost the network is away; default a minute. */
  readonly keepAliveMs?: number
  /** Takes over a socket that has just been opened. */
  readonly accept: (socket: FrameSocket, context: RequestContext) => void
}

/** The open sockets of a server. */
export interface FrameSocketServer {
  /** Ends all of them; resolves at once. */
  closeAll(): void
}

const DEFAULT_MAX_SOCKETS = 1_000
const KEEP_ALIVE_MS = 60_000

/** Takes the upgrades of an HTTP server. */
export function serveFrameSockets(
  server: Server,
  endpoint: SocketEndpoint,
  { secure, log }: { readonly secure: boolean; readonly log: Log },
): FrameSocketServer {
  const { maxSockets = DEFAULT_MAX_SOCKETS, keepAliveMs = KEEP_ALIVE_MS } = endpoint
  const open = new Set<FrameSocket>()
  const webSockets = new WebSocketServer({
    ...WEB_SOCKET_LIMITS,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => endpoint.subprotocol,
  })

  const start = (webSocket: WebSocket, request: IncomingMessage): void => {
    const context = requestContext(request, secure)
    const socket = createFrameSocket(webSocket, {
      remoteAddress: context.remoteAddress,
      carrier: request.socket,
      keepAliveMs,
    })
    open.add(socket)
    void socket.closed.then(() => open.delete(socket))
    try {
      endpoint.accept(socket, context)
    } catch (error) {
      log.error('socket-failed', { path: endpoint.path, reason: String(error) })
      socket.close('internal error')
    }
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {})
    const status = refusalOf(request, endpoint) ?? (open.size < maxSockets ? undefined : 503)
    if (status !== undefined) refuse(socket, status)
    else webSockets.handleUpgrade(request, socket, head, start)
  })

  return {
    closeAll() {
      for (const socket of open) socket.close('the server stops')
    },
  }
}

/** The HTTP status that refuses an upgrade, if it is refused. */
function refusalOf(request: IncomingMessage, endpoint: SocketEndpoint): number | undefined {
  const { origin, 'sec-websocket-protocol': offered = '' } = request.headers
  if (pathOf(request) !== endpoint.path) return 404
  if (origin !== undefined && endpoint.allowedOrigins?.includes(origin) !== true) return 403
  const subprotocols = offered.split(',').map((name) => name.trim())
  return subprotocols.includes(endpoint.subprotocol) ? undefined : 400
}

function refuse(socket: Duplex, status: number): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Length: 0',
  ]
  socket.once('finish', () => socket.destroy())
  socket.end(`${head.join('\r\n')}\r\n\r\n`)
}
