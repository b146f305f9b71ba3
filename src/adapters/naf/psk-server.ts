/**
 * A TLS server whose clients prove themselves by keys of GBA, without any certificate: TLS 1.3 with
 * `TLS_AES_128_GCM_SHA256` and psk_dhe_ke, TLS 1.2 with `TLS_PSK_WITH_AES_128_GCM_SHA256`. TS 33.222 5.4,
 * Design 7
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { constants } from 'node:crypto'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls'
import type { PskLookup, PskPeer, PskVersion } from '../../naf/psk-exchange.ts'
import { formatPskHint } from '../../naf/psk-identity.ts'
import type { KeyUse } from '../../naf/realm.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { type Log, noLog } from '../../ports/log.ts'
import { createSteadyClock } from '../../ports/steady-clock.ts'
import { listenOn } from '../system/listen-on.ts'
import { logKeys } from '../tls/log-keys.ts'
import { PSK_CIPHERS } from './psk-ciphers.ts'
import { PskGate } from './psk-gate.ts'

/** Where to listen, and what is accepted. */
export interface ServePskTlsOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Default both. */
  readonly versions?: readonly PskVersion[]
  /** Kinds of key named in the identity hint of TLS 1.2; default `ME` alone. */
  readonly keyUses?: readonly KeyUse[]
  /** Application protocols in order of preference. RFC 7301 */
  readonly alpn?: readonly string[]
  /** Groups of key exchange of TLS 1.3, as OpenSSL names them; default those of the platform. */
  readonly groups?: readonly string[]
  /** Connections at once; default 2,000. */
  readonly maxConnections?: number
  /** Handshakes at once, of which the oldest gives way; default 256. */
  readonly maxHandshakes?: number
  /** For a whole handshake with its look-up; default 10 s. */
  readonly handshakeTimeoutMs?: number
}

/** What the server is given. */
export interface ServePskTlsPorts {
  readonly lookup: PskLookup
  readonly clock: Clock
  /** Takes a connection whose client has proved itself; `pskPeerOf` says later again of whom it is. */
  readonly onConnection: (socket: TLSSocket, peer: PskPeer) => void
  readonly log?: Log
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

/** A PSK-TLS server that listens. */
export interface PskTlsServer {
  readonly port: number
  /** Stops listening, ends all connections, and resolves when none is left. Safe to call twice. */
  close(): Promise<void>
}

const peers = new WeakMap<object, PskPeer>()
const addresses = new WeakMap<PskGate, string>()
/** Which gate the platform is reading from when it asks for a key. */
const currentGate = new AsyncLocalStorage<PskGate>()

/** Who is at the other end; for a request of HTTP, `pskPeerOf(request.socket)`. */
export function pskPeerOf(socket: object): PskPeer | undefined {
  return peers.get(socket)
}

/**
 * Listens, and gives away connections whose client has proved that it has the key. A connection ends
 * when its key does, and none is resumed: each asks for its key anew.
 *
 * @throws {ConfigurationInvalid} If it cannot listen there.
 * @throws {RangeError} If no version is accepted.
 */
export async function servePskTls(
  options: ServePskTlsOptions,
  given: ServePskTlsPorts,
): Promise<PskTlsServer> {
  const { versions = ['1.3', '1.2'], maxConnections = 2_000 } = options
  const ports = { ...given, clock: createSteadyClock(given.clock, given.log ?? noLog) }
  if (versions.length === 0) throw new RangeError('versions is empty')
  const connections = new Set<Socket>()
  const tls = createSecureServer(options, versions)
  logKeys(tls, ports.keyLog)
  const handshakes = createHandshakes(options, ports)
  const tcp = createTcpServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
    const gate = new PskGate(socket, {
      versions,
      lookup: ports.lookup,
      onRefused: (reason) => ports.log?.info('psk-tls-refused', { point: 'Ua', reason }),
    })
    handshakes.begin(gate)
    addresses.set(gate, socket.remoteAddress ?? 'unknown')
    currentGate.run(gate, () => tls.emit('connection', gate))
  })
  tcp.maxConnections = maxConnections
  tls.on('secureConnection', (socket) => {
    const gate = currentGate.getStore()
    if (gate !== undefined && handshakes.end(gate)) admit(socket, addresses.get(gate), ports)
    else socket.destroy()
  })
  await listenOn(tcp, options)

  let closing: Promise<void> | undefined
  return {
    port: (tcp.address() as AddressInfo).port,
    close() {
      closing ??= new Promise((resolve) => tcp.close(() => resolve()))
      for (const connection of connections) connection.destroy()
      return closing
    },
  }
}

/** A server that never listens: connections are handed to it. */
function createSecureServer(
  { keyUses = ['ME'], alpn, groups }: ServePskTlsOptions,
  versions: readonly PskVersion[],
): TlsServer {
  const tls = createTlsServer({
    ciphers: PSK_CIPHERS,
    minVersion: versions.includes('1.2') ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: versions.includes('1.3') ? 'TLSv1.3' : 'TLSv1.2',
    // A resumed connection would never ask for its key. Design 7
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    pskIdentityHint: formatPskHint(keyUses),
    pskCallback: (socket, identity) => {
      const version = socket.getProtocol() === 'TLSv1.3' ? '1.3' : '1.2'
      const found = currentGate.getStore()?.keyOf(version, identity)
      if (found === undefined) return null
      peers.set(socket, found.peer)
      return found.key.reveal()
    },
    ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
    ...(groups !== undefined && { ecdhCurve: groups.join(':') }),
  })
  // A failed handshake ends its own connection, and an ended connection says nothing new.
  tls.on('tlsClientError', () => {})
  return tls
}

/** Handshakes under way: each has its time, and together they have a limit. */
function createHandshakes(
  { maxHandshakes = 256, handshakeTimeoutMs = 10_000 }: ServePskTlsOptions,
  { clock, log = noLog }: ServePskTlsPorts,
): { begin(gate: PskGate): void; end(gate: PskGate): boolean } {
  const underWay = new Set<PskGate>()
  return {
    begin(gate) {
      const [oldest] = underWay
      if (underWay.size >= maxHandshakes && oldest !== undefined) {
        underWay.delete(oldest)
        oldest.destroy()
        log.warn('psk-tls-handshakes-full', { point: 'Ua' })
      }
      underWay.add(gate)
      const timer = clock.setTimer(handshakeTimeoutMs, () => {
        if (underWay.delete(gate)) gate.destroy()
      })
      gate.on('error', () => {})
      gate.once('close', () => {
        underWay.delete(gate)
        timer.cancel()
      })
    },
    end(gate) {
      gate.forgetKeys()
      return underWay.delete(gate)
    },
  }
}

/** A connection for which no key was asked, a resumed one for instance, is nobody's. */
function admit(
  socket: TLSSocket,
  remoteAddress: string | undefined,
  { clock, onConnection }: ServePskTlsPorts,
): void {
  const peer = peers.get(socket)
  const leftMs = peer === undefined ? 0 : peer.expiresAtMs - clock.nowMs()
  socket.on('error', () => {})
  if (peer === undefined || leftMs <= 0) {
    socket.destroy()
    return
  }
  // The gate is half open so that nothing that is under way is lost; the application need not know.
  socket.allowHalfOpen = false
  const expiry = clock.setTimer(leftMs, () => socket.destroy())
  socket.once('close', () => expiry.cancel())
  // The platform knows no address of a connection that came through a gate.
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress })
  onConnection(socket, peer)
}
