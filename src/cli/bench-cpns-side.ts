/** A process of the CPNS benchmarks: server, PN GW, or the baseline of one; ends with its parent. */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { serveCpnsServer } from '../adapters/cpns-server/serve-cpns-server.ts'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { serveCpns } from '../adapters/http/serve-cpns.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { keepHeapCompact } from '../adapters/system/compact-heap.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { loadOrCreateCertificate } from '../adapters/tls/load-or-create-certificate.ts'
import { connectFrameSocket } from '../adapters/ws/connect-frame-socket.ts'
import { CPNS_MEDIA_TYPE } from '../cpns/messages.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'
import { utf8 } from '../octets/octets.ts'
import { createPnGw } from '../pn-gw/create-pn-gw.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { noLog } from '../ports/log.ts'
import { noTrace } from '../trace/trace.ts'
import {
  BENCH_EUKEY,
  BENCH_NAF,
  BENCH_SERVER,
  BENCH_SERVICE,
  type BenchAddress,
  benchGateway,
  benchPne,
  type CpnsSideQuestion,
  type CpnsSideStart,
  type CpnsSideTold,
} from './bench-cpns-world.ts'
import { answerRecords, eachFrame, relayRecords } from './bench-records.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }
const LIFETIME_MS = 24 * 3600_000
const SESSION_SECONDS = 4 * 3600
const MAX_CONNECTIONS = 50_000
/** What is measured is how fast a mailbox fills, not that it is full. */
const MAILBOX = { messages: 100_000_000, octets: 100_000_000_000 }
const random = createSystemRandom()
const folderPath = join(tmpdir(), `cpns-bench-${process.pid}-${randomBytes(4).toString('hex')}`)
const ports = { clock: systemClock, random, trace: noTrace, log: noLog }
let handled = 0

// Ctrl-C reaches every process of a terminal; this one ends with who started it, and takes its folder along.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => process.exit())
process.on('disconnect', () => process.exit())
process.on('exit', () => rmSync(folderPath, { recursive: true, force: true }))
const tell = (told: CpnsSideTold): void => void process.send?.(told, undefined, undefined, () => {})

process.on('message', (asked: CpnsSideStart | CpnsSideQuestion) => {
  if (asked === 'status') {
    const { user, system } = process.cpuUsage()
    tell({ cpuMicros: user + system, handled })
    return
  }
  if (asked === 'memory') {
    // Without the flag of the collector the figure is what is resident now.
    globalThis.gc?.()
    tell({ residentOctets: process.memoryUsage.rss() })
    return
  }
  serve(asked).then(tell, (error: unknown) => tell({ error: String(error) }))
})

async function serve(start: CpnsSideStart): Promise<BenchAddress> {
  switch (start.kind) {
    case 'server':
      // As `cpns server serve` does.
      keepHeapCompact()
      return serveServer(start)
    case 'gateway':
      return serveBenchGateway(start.server)
    case 'https':
      return serveBareHttps(start)
    case 'echo':
      return serveBareSockets((socket) =>
        eachFrame(socket, (octets) => socket.send({ kind: 'binary', octets })),
      )
    case 'relay':
      return serveBareSockets((socket) => relay(socket, start.to, passOctets))
    case 'record-answers':
      return serveBareSockets(answerRecords)
    case 'record-relay':
      return serveBareSockets((socket) => relay(socket, start.to, relayRecords))
    case 'tls':
      return serveIdleTls()
  }
  throw new TypeError('there is no such process')
}

async function serveServer({ gateways, pnes }: { gateways: number; pnes: number }) {
  const folder = await openDataFolder(folderPath, { create: true }, random)
  const store = openServerStore(folder.file('server.db'), folder.sealer)
  const entities = [
    ...Array.from({ length: gateways }, (_, n) => benchGateway(n)),
    ...Array.from({ length: pnes }, (_, n) => benchPne(n)),
  ]
  await Promise.all(entities.map((entityId) => addEuKey(store, entityId)))
  const served = await serveCpnsServer(
    {
      entityId: BENCH_SERVER,
      nodeId: 'bench',
      nafFqdn: BENCH_NAF,
      uaId: UA_ID_CPNS,
      gbaKeyType: 'ks-ext-naf',
      allowGbaMe: false,
      firstUse: 'refuse',
      algorithms: ['HMAC-SHA-256'],
      sessionLifetimeSeconds: { pnGw: SESSION_SECONDS, pne: SESSION_SECONDS },
      listen: LOOPBACK,
      certificateFolder: join(folderPath, 'tls'),
      maxConnections: MAX_CONNECTIONS,
      mailbox: MAILBOX,
    },
    { ...ports, store, zn: new Map() },
  )
  served.server.registerService(BENCH_SERVICE, async () => {
    handled += 1
  })
  return { url: served.url, pin: served.pin }
}

async function addEuKey(store: ServerStore, entityId: EntityId): Promise<void> {
  const createdAtMs = systemClock.nowMs()
  await store.assignEuKey({
    id: `eukey-${entityId}`,
    entityId,
    owner: { kind: 'user', id: 'bench' },
    source: 'assigned',
    keyType: 'assigned',
    key: BENCH_EUKEY,
    createdAtMs,
    expiresAtMs: createdAtMs + LIFETIME_MS,
  })
}

async function serveBenchGateway({ url, pin }: BenchAddress): Promise<BenchAddress> {
  const gateway = createPnGw(
    {
      entityId: benchGateway(0),
      serverName: BENCH_SERVER,
      algorithms: ['HMAC-SHA-256'],
      renewAheadMs: 30_000,
    },
    {
      ...ports,
      credentials: { obtain: async () => ({ euKey: BENCH_EUKEY, keyType: 'assigned' }) },
      connectServer: () => connectBare({ url, pin }, 'cpns2.v1'),
    },
  )
  await gateway.start()
  return serveBareSockets((socket) => gateway.servePne(socket), 'cpns1.v1')
}

/** A WebSocket over TLS to a pinned key. */
function connectBare({ url, pin }: BenchAddress, subprotocol: string): Promise<FrameSocket> {
  const trust = { kind: 'pin', sha256: pin } as const
  return connectFrameSocket({ url: url.replace(/^https/, 'wss'), subprotocol, trust })
}

async function serveBareSockets(
  serveOne: (socket: FrameSocket) => Promise<void>,
  subprotocol = 'bench',
): Promise<BenchAddress> {
  const tls = certificate()
  const accept = (socket: FrameSocket): void => void serveOne(socket)
  const sockets = { path: '/bench', subprotocol, maxSockets: MAX_CONNECTIONS, accept }
  const limits = { maxConnections: MAX_CONNECTIONS }
  const { port } = await serveCpns({ ...LOOPBACK, ...limits, tls, sockets })
  return { url: `https://127.0.0.1:${port}/bench`, pin: tls.pin }
}

async function serveBareHttps({
  questions,
  answers,
}: Extract<CpnsSideStart, { kind: 'https' }>): Promise<BenchAddress> {
  const tls = certificate()
  const bodies = answers.map((text) => utf8(text))
  const answer = async (octets: Uint8Array) => ({
    status: 200,
    contentType: CPNS_MEDIA_TYPE,
    body: bodies[questions.indexOf(octets.length)] ?? new Uint8Array(0),
  })
  const { port } = await serveCpns({ ...LOOPBACK, tls, post: { path: '/bench', answer } })
  return { url: `https://127.0.0.1:${port}/bench`, pin: tls.pin }
}

async function serveIdleTls(): Promise<BenchAddress> {
  const { certificatePem: cert, privateKeyPem: key, pin } = certificate()
  const server = createTlsServer({ cert, key, ALPNProtocols: ['http/1.1'] }, (socket) => {
    socket.on('error', () => {}).resume()
  })
  await new Promise<void>((resolve) => {
    server.listen(LOOPBACK, resolve)
  })
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, pin }
}

function certificate() {
  const names = { commonName: 'bench', dnsNames: [], ipAddresses: ['127.0.0.1'] }
  return loadOrCreateCertificate(join(folderPath, 'bare-tls'), names, ports)
}

/** Passes on to another process; whoever ends first ends the other. */
async function relay(
  near: FrameSocket,
  to: BenchAddress,
  pass: (near: FrameSocket, far: FrameSocket) => Promise<void>,
): Promise<void> {
  const far = await connectBare(to, 'bench')
  await pass(near, far)
  near.close()
  far.close()
}

function passOctets(near: FrameSocket, far: FrameSocket): Promise<void> {
  const there = eachFrame(near, (octets) => far.send({ kind: 'binary', octets }))
  const back = eachFrame(far, (octets) => near.send({ kind: 'binary', octets }))
  return Promise.race([there, back])
}
