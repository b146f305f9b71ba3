/** A node that peers connect to, over TCP or TLS. RFC 6733 2.1, 13.1; SCTP is out of scope. */
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { createAnswerMemory } from '../../diameter/base/answer-memory.ts'
import { isSameIdentity, type PeerDescription } from '../../diameter/base/capabilities.ts'
import {
  type AnyCommandHandler,
  createRequestDesk,
  type RequestDesk,
} from '../../diameter/base/request-desk.ts'
import { listenOn } from '../system/listen-on.ts'
import { logKeys } from '../tls/log-keys.ts'
import type { ServerCertificate } from '../tls/self-signed-certificate.ts'
import {
  createDiameterNode,
  type DiameterNode,
  type DiameterNodeOptions,
  type DiameterPorts,
  reportFault,
} from './diameter-node.ts'
import { PeerConnection } from './peer-connection.ts'

/** Where to listen, and for whom. */
export interface ServeDiameterOptions extends DiameterNodeOptions {
  readonly host: string
  /** 0 takes a free one; 3868 is meant for TCP, 5658 for TLS. RFC 6733 2.1 */
  readonly port: number
  /**
   * TLS in place of clear TCP. Each peer has to prove itself by a certificate of `clientCa` (PEM) that
   * names its Origin-Host. Without TLS a peer's Origin-Host is believed: then only the network keeps
   * strangers out. RFC 6733 13.1
   */
  readonly tls?: Pick<ServerCertificate, 'certificatePem' | 'privateKeyPem'> & {
    readonly clientCa: string
  }
  /** Origin-Hosts that may connect, besides the relay agents; by default all. */
  readonly peers?: readonly string[]
  /** Origin-Hosts of relay agents, trusted to say truly who made a request. Default: none. */
  readonly relays?: readonly string[]
  /** Connections at one time; more are closed at once. Default 256. */
  readonly maxConnections?: number
}

/** A running listener. */
export interface DiameterServer {
  readonly port: number
  /**
   * Stops listening, serves what is being served for up to a second, leaves each peer with DPR. Resolves
   * when no socket and no timer is left.
   */
  close(): Promise<void>
}

const MAX_CONNECTIONS = 256
const HANDSHAKE_TIMEOUT_MS = 10_000
const CLOSE_GRACE_MS = 1000
/** RFC 6733 3: four minutes. */
const ANSWER_LIFETIME_MS = 240_000
const MAX_ANSWERS = 100_000
const MAX_ANSWERS_OCTETS = 67_108_864

/** @throws {ConfigurationInvalid} If host and port cannot be listened on. */
export async function serveDiameter(
  options: ServeDiameterOptions & { readonly applicationId: number },
  handlers: readonly AnyCommandHandler[],
  ports: DiameterPorts,
): Promise<DiameterServer> {
  const { host, port, maxConnections = MAX_CONNECTIONS } = options
  const node = createDiameterNode(options, ports)
  const desk = createDesk(options, handlers, { node, ports })
  const connections = new Set<PeerConnection>()
  /** Of all connections, also those whose TLS handshake is not over. */
  const sockets = new Set<Socket>()

  const accept = (socket: Socket): void => {
    const connection = new PeerConnection({
      socket: socket.setNoDelay(true),
      side: 'responder',
      context: node.contextOf(socket, (peer) => isAccepted(options, peer, socket)),
      desk,
      clock: ports.clock,
      limits: node.limits,
      log: node.log,
      report: (error) => reportFault(node.log, error),
    })
    connections.add(connection)
    void watch(connection, node).finally(() => connections.delete(connection))
  }

  const server = createListener(options, accept)
  logKeys(server, ports.keyLog)
  server.maxConnections = maxConnections
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await listenOn(server, { host, port })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const ended = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      await Promise.all([...connections].map((connection) => connection.stop(CLOSE_GRACE_MS)))
      for (const socket of sockets) socket.destroy()
      await ended
    },
  }
}

function createDesk(
  options: ServeDiameterOptions,
  handlers: readonly AnyCommandHandler[],
  { node, ports }: { readonly node: DiameterNode; readonly ports: DiameterPorts },
): RequestDesk {
  const limits = {
    lifetimeMs: ANSWER_LIFETIME_MS,
    maxAnswers: MAX_ANSWERS,
    maxOctets: MAX_ANSWERS_OCTETS,
  }
  return createRequestDesk(options, handlers, {
    memory: createAnswerMemory(limits, ports.clock),
    isRelay: ({ originHost }) => isListed(options.relays ?? [], originHost),
    report: (error) => reportFault(node.log, error),
  })
}

async function watch(connection: PeerConnection, { log }: DiameterNode): Promise<void> {
  const peer = await connection.opened
  if (peer !== undefined) log.info('diameter-peer-up', { peer: peer.originHost })
  const reason = await connection.closed
  log.info('diameter-peer-down', { peer: peer?.originHost ?? 'unknown', reason })
}

/** The certificate of a peer, if it has to have one, names its Origin-Host; a wildcard names nobody. RFC 6733 13.1 */
function isAccepted(
  { peers, relays = [] }: ServeDiameterOptions,
  { originHost }: PeerDescription,
  socket: Socket,
): boolean {
  if (peers !== undefined && !isListed([...peers, ...relays], originHost)) return false
  if (!(socket instanceof TLSSocket)) return true
  const certificate = socket.getPeerX509Certificate()
  return certificate?.checkHost(originHost, { subject: 'never', wildcards: false }) !== undefined
}

function isListed(names: readonly string[], originHost: string): boolean {
  return names.some((name) => isSameIdentity(name, originHost))
}

function createListener({ tls }: ServeDiameterOptions, accept: (socket: Socket) => void): Server {
  if (tls === undefined) return createTcpServer(accept)
  const { certificatePem: cert, privateKeyPem: key, clientCa: ca } = tls
  const server = createTlsServer(
    {
      cert,
      key,
      ca,
      requestCert: true,
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    },
    accept,
  )
  // A handshake that fails has no peer that could be told more than TLS told it.
  server.on('tlsClientError', (_, socket) => socket.destroy())
  return server
}
