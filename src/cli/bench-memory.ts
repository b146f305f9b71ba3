/**
 * What `cpns bench sessions` measures: memory of the server for each connected PN GW, above an idle TLS socket,
 * and for each PNE behind one, as resident memory after a garbage collection. Design 7
 */
import type { TLSSocket } from 'node:tls'
import { connectTls } from '../adapters/tls/connect-tls.ts'
import { connectFrameSocket } from '../adapters/ws/connect-frame-socket.ts'
import {
  decodeAttachAnswer,
  deriveAttachmentKeys,
  encodeAttachRequest,
} from '../cpns/attachment.ts'
import type { ClientConnected } from '../cpns/client-handshake.ts'
import { frameOf } from '../cpns/frame.ts'
import { createRecordChannel, type RecordChannel } from '../cpns/record.ts'
import { decodeRelayContent, encodePing, encodeRelayContent } from '../cpns/record-content.ts'
import { TransportFailed } from '../errors/errors.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { type Ask, authenticateOnce } from './bench-connect.ts'
import { type CpnsSide, startCpnsSide } from './bench-cpns-process.ts'
import { benchGateway, benchPne } from './bench-cpns-world.ts'
import { assertOpenFiles } from './open-file-limit.ts'
import type { TellProgress } from './progress-bar.ts'

/** Octets of resident memory, each for one of them. */
export interface MemoryFigure {
  readonly sessions: number
  /** An idle TLS socket at a bare TLS server. */
  readonly idleSocket: number
  /** A PN GW with TLS socket, WebSocket, session and attachment. */
  readonly gateway: number
  /** The same without the idle socket. */
  readonly gatewayAboveSocket: number
  /** A PNE with session and attachment, through one PN GW. */
  readonly pne: number
}

/** Connections that are opened at once, and PN GWs that PNEs come through: each has one PNE at a time under way. */
const TOGETHER = 16
/** What is loaded, compiled and allotted as a whole for the first ones is not memory of a session. */
const MOST_WARM_UP = 200

/**
 * Measures one kind after the other; the clients are in this process, which is not measured.
 *
 * @param sessions Of each kind, at most `MAX_SESSIONS`.
 * @throws {ConfigurationInvalid} If so many files may not be open at once.
 * @throws {TransportFailed} If one of them does not come to a session.
 */
export async function measureMemory(
  sessions: number,
  tell: TellProgress = () => {},
): Promise<MemoryFigure> {
  const warmUp = Math.min(sessions, MOST_WARM_UP)
  const count = sessions + warmUp
  assertOpenFiles(count)
  let done = 0
  const openEach: OpenEach = (side, open) =>
    perOne(side, { sessions, warmUp }, async (n, worker) => {
      await open(n, worker)
      tell({ done: ++done, total: 3 * count, unit: 'connections' })
    })
  const idleSocket = await measureIdle(openEach)
  const server = await startCpnsSide({ kind: 'server', gateways: count, pnes: count })
  try {
    const gateways: Attached[] = []
    const gateway = await openEach(server, async (n) => {
      gateways.push(await openGateway(server, n))
    })
    const pne = await openEach(server, async (n, worker) => {
      const carrier = gateways[worker]
      if (carrier === undefined) throw new TransportFailed('there are too few PN GWs')
      await openPne(carrier, n)
    })
    return { sessions, idleSocket, gateway, gatewayAboveSocket: gateway - idleSocket, pne }
  } finally {
    server.end()
  }
}

/** Opens one after the other. @param worker Below `TOGETHER`, and never at work twice at once. */
type Open = (n: number, worker: number) => Promise<void>
type OpenEach = (side: CpnsSide, open: Open) => Promise<number>

/** Its sockets are closed again, so that both ends of only one kind are open. */
async function measureIdle(openEach: OpenEach): Promise<number> {
  const side = await startCpnsSide({ kind: 'tls' })
  const sockets: TLSSocket[] = []
  try {
    return await openEach(side, async () => {
      sockets.push(await openIdle(side))
    })
  } finally {
    for (const socket of sockets) socket.destroy()
    side.end()
  }
}

/** One address of a client has some 28,000 ports to one server. */
export const MAX_SESSIONS = 20_000

/** For people. */
export function formatMemory(figure: MemoryFigure): string {
  const line = (what: string, octets: number): string =>
    `  ${what.padEnd(52)}${(octets / 1024).toFixed(1).padStart(8)} KiB`
  return [
    line('an idle TLS socket', figure.idleSocket),
    line('a connected PN GW', figure.gateway),
    line('a connected PN GW above an idle TLS socket', figure.gatewayAboveSocket),
    line('a PNE at the server', figure.pne),
  ].join('\n')
}

async function perOne(
  side: CpnsSide,
  { sessions, warmUp }: { readonly sessions: number; readonly warmUp: number },
  open: Open,
): Promise<number> {
  await openAll(0, warmUp, open)
  const before = await side.residentOctets()
  await openAll(warmUp, sessions, open)
  return ((await side.residentOctets()) - before) / sessions
}

async function openAll(first: number, count: number, open: Open): Promise<void> {
  let next = first
  const work = async (_: unknown, worker: number): Promise<void> => {
    while (next < first + count) await open(next++, worker)
  }
  await Promise.all(Array.from({ length: Math.min(TOGETHER, count) }, work))
}

async function openIdle({ url, pin }: CpnsSide): Promise<TLSSocket> {
  const { hostname, port } = new URL(url)
  const trust = { kind: 'pin', sha256: pin } as const
  const socket = await connectTls({ host: hostname, port: Number(port), trust })
  return socket.resume()
}

/** A PN GW that has attached. */
interface Attached {
  readonly entityId: EntityId
  readonly socket: FrameSocket
  readonly channel: RecordChannel
}

async function openGateway({ url, pin }: CpnsSide, n: number): Promise<Attached> {
  const trust = { kind: 'pin', sha256: pin } as const
  const address = { url: url.replace(/^https/, 'wss'), subprotocol: 'cpns2.v1', trust }
  const socket = await connectFrameSocket(address)
  const ask: Ask = async (octets) => {
    await socket.send(frameOf(octets))
    return (await received(socket)).octets
  }
  const entityId = benchGateway(n)
  const session = await authenticateOnce({ entityId, role: 'pn-gw' }, ask)
  return { entityId, socket, channel: await attach(session, ask) }
}

async function openPne(carrier: Attached, n: number): Promise<void> {
  const entityId = benchPne(n)
  const ask: Ask = async (octets) => {
    const { socket, channel } = carrier
    const content = encodeRelayContent({ entityId, octets })
    await socket.send(frameOf(channel.seal('relay', content)))
    for (;;) {
      const opened = channel.open((await received(socket)).octets)
      if (opened.outcome !== 'record') throw new TransportFailed(`a record: ${opened.reason}`)
      if (opened.type === 'relay') return decodeRelayContent(opened.content).octets
    }
  }
  const session = await authenticateOnce({ entityId, role: 'pne', via: carrier.entityId }, ask)
  await attach(session, ask)
}

/** Attached is who has sent a first record, and has the answer to it. */
async function attach(
  { sessionId, sessionKey }: ClientConnected,
  ask: Ask,
): Promise<RecordChannel> {
  const clientNonce = new Uint8Array(16).fill(1)
  const answer = decodeAttachAnswer(await ask(encodeAttachRequest({ sessionId, clientNonce })))
  const { serverNonce } = answer
  const keys = deriveAttachmentKeys(sessionKey, { clientNonce, serverNonce })
  const channel = createRecordChannel({ side: 'client', sessionId, keys })
  const opened = channel.open(await ask(channel.seal('ping', encodePing('request'))))
  if (opened.outcome !== 'record') throw new TransportFailed(`a record: ${opened.reason}`)
  return channel
}

async function received(socket: FrameSocket) {
  const frame = await socket.receive()
  if (frame === undefined) throw new TransportFailed('the server closed the connection')
  return frame
}
