/** Opens a WebSocket as a client. RFC 6455 4.1, Design 7 */
import { WebSocket } from 'ws'
import { TransportFailed } from '../../errors/errors.ts'
import type { FrameSocket } from '../../ports/frame-socket.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import type { PskConnector } from '../naf/psk-client.ts'
import { connectTls } from '../tls/connect-tls.ts'
import { assertSecure, parseServerUrl, type ServerAddress } from '../tls/server-address.ts'
import type { Trust } from '../tls/trust.ts'
import { createFrameSocket, WEB_SOCKET_LIMITS } from './frame-socket.ts'

/** Where to connect, and what the server must speak. */
export interface FrameSocketTarget {
  /** `wss://…`, or `ws://…` to this machine only. */
  readonly url: string
  /** The server must select exactly this one, for instance `cpns2.v1`. */
  readonly subprotocol: string
  /** How the server is known; default: authorities of the machine. */
  readonly trust?: Trust
  /** PSK-TLS in place of a certificate; then `trust` means nothing. TS 33.222 5.4 */
  readonly psk?: PskConnector
  /** Takes the secrets of the connection; default nobody. */
  readonly keyLog?: KeyLog
  /** For each of the two steps, TLS and the opening handshake; default 10 s. */
  readonly timeoutMs?: number
  /** As in `FrameSocketOptions`. */
  readonly keepAliveMs?: number
}

/**
 * @throws {ConfigurationInvalid} If the URL cannot be used.
 * @throws {TransportFailed} If there is no connection, or the server refuses the WebSocket or the
 *   subprotocol.
 * @throws {AuthenticationFailed} If the server's certificate or key is not the one trusted.
 * @throws {CpnsError} As `psk`.
 */
export async function connectFrameSocket(target: FrameSocketTarget): Promise<FrameSocket> {
  const address = parseServerUrl(target.url, { secure: 'wss', plain: 'ws' })
  if (target.psk !== undefined) assertSecure(address)
  const { timeoutMs = 10_000, keepAliveMs } = target
  const webSocket = new WebSocket(target.url, target.subprotocol, {
    ...WEB_SOCKET_LIMITS,
    ...(address.secure && (await secureConnection(address, target))),
    handshakeTimeout: timeoutMs,
  })
  const socket = createFrameSocket(webSocket, {
    remoteAddress: address.host,
    ...(keepAliveMs !== undefined && { keepAliveMs }),
  })
  await opened(webSocket, address)
  return socket
}

async function secureConnection({ host, port }: ServerAddress, target: FrameSocketTarget) {
  const { trust = { kind: 'system' }, timeoutMs, psk, keyLog } = target
  const alpn = ['http/1.1']
  const own = { ...(timeoutMs && { timeoutMs }), ...(keyLog && { keyLog }) }
  const socket =
    psk === undefined
      ? await connectTls({ host, port, trust, alpn, ...own })
      : await psk({ host, port })
  return { createConnection: () => socket }
}

function opened(webSocket: WebSocket, { url }: ServerAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    webSocket.once('open', resolve)
    webSocket.once('error', (cause) => {
      reject(new TransportFailed(`no WebSocket with ${url.host}: ${cause.message}`, { cause }))
    })
  })
}
