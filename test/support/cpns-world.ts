/** A CPNS Server with PN GWs and PNEs on memory sockets, a virtual clock and seeded randomness. */
import { openPneStore } from '../../src/adapters/sqlite/pne-store.ts'
import { openServerStore } from '../../src/adapters/sqlite/server-store.ts'
import {
  ConnectRefused,
  type CredentialSource,
  type Credentials,
  type SoftwareCredentials,
} from '../../src/cpns/credentials.ts'
import { type CpnsServer, createCpnsServer } from '../../src/cpns-server/create-cpns-server.ts'
import type { CpnsServerOptions } from '../../src/cpns-server/options.ts'
import type { ServerStore } from '../../src/cpns-server/server-store.ts'
import { createRecordSealer } from '../../src/crypto/record-sealer.ts'
import { createSealingRing } from '../../src/crypto/sealing-ring.ts'
import { Secret } from '../../src/crypto/secret.ts'
import type { Zn, ZnAnswer } from '../../src/gba/zn.ts'
import { type Btid, formatBtid } from '../../src/identity/btid.ts'
import { type EntityId, parseEntityId } from '../../src/identity/entity-id.ts'
import { parseFqdn } from '../../src/identity/fqdn.ts'
import { parseImpi } from '../../src/identity/impi.ts'
import { UA_ID_CPNS } from '../../src/identity/naf-id.ts'
import {
  createPnGw,
  type PnGw,
  type PnGwOptions,
  type PnGwPorts,
} from '../../src/pn-gw/create-pn-gw.ts'
import { createPne, type Pne, type PneOptions, type PnePorts } from '../../src/pne/create-pne.ts'
import type { IncomingMessage } from '../../src/pne/inbox.ts'
import type { Bus } from '../../src/ports/bus.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import { type Log, type LogFields, noLog } from '../../src/ports/log.ts'
import type { TraceItem } from '../../src/trace/trace.ts'
import { createSocketPair, type SocketPairOptions } from './memory-socket.ts'
import { createSeededRandom } from './seeded-random.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

export const SERVER_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000001')
export const GATEWAY_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000002')
export const WATCH_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000003')
export const CAR_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000004')
export const OTHER_GATEWAY_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000005')
export const BSF_NAME = parseFqdn('bsf.mnc001.mcc001.pub.3gppnetwork.org')
export const IMPI = parseImpi('001010123456789@ims.mnc001.mcc001.3gppnetwork.org')
export const OTHER_IMPI = parseImpi('001010999999999@ims.mnc001.mcc001.3gppnetwork.org')
export const NAF_FQDN = parseFqdn('cpns.example.org')

/** A B-TID of the test BSF whose RAND is 16 times this octet. */
export function btidOf(octet: number): Btid {
  return formatBtid({ rand: new Uint8Array(16).fill(octet), bsfName: BSF_NAME })
}

/** 32 octets, 32 times this one. */
export function keyOf(octet: number): Secret {
  return Secret.of(new Uint8Array(32).fill(octet))
}

/** A BSF that knows what the test tells it. */
export interface FakeZn extends Zn {
  readonly asked: Btid[]
  know(btid: Btid, answer: ZnAnswer): void
}

/** A BSF that knows nothing yet. */
export function createFakeZn(): FakeZn {
  const known = new Map<Btid, ZnAnswer>()
  const asked: Btid[] = []
  return {
    asked,
    know: (btid, answer) => void known.set(btid, answer),
    async requestBootstrappingInfo({ btid }) {
      asked.push(btid)
      return known.get(btid) ?? { outcome: 'transaction-identifier-invalid' }
    },
  }
}

/** What a BSF says of a GBA_U run whose Ks_ext_NAF is 32 times this octet. */
export function gbaUAnswer(
  octet: number,
  clock: VirtualClock,
  impi = IMPI,
): Extract<ZnAnswer, { outcome: 'success' }> {
  return {
    outcome: 'success',
    impi,
    meKeyMaterial: keyOf(octet),
    uiccKeyMaterial: keyOf(octet + 1),
    keyExpiresAtMs: clock.nowMs() + 24 * 3600_000,
    bootstrappedAtMs: clock.nowMs(),
  }
}

/** The EUKey of such a run, as the PN GW has it. */
export function gbaCredentials(octet: number): SoftwareCredentials {
  return { euKey: keyOf(octet), keyType: 'ks-ext-naf', btid: btidOf(octet) }
}

/** Always the same credentials; a 402 ends it. */
export function fixedCredentials(credentials: Credentials): CredentialSource {
  return {
    async obtain(refused) {
      if (refused !== undefined) throw new ConnectRefused('the server knows no such EUKey', 402)
      return credentials
    },
  }
}

/** Lets all that can happen without time passing happen: `turns` turns of the event loop. */
export async function settle(turns = 60): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** What a test may change about a PN GW. */
export interface GatewayChange {
  readonly options?: Partial<PnGwOptions>
  readonly ports?: Partial<PnGwPorts>
  /** Its connections to the server, each made anew. */
  readonly network?: () => SocketPairOptions
}

/** What a test may change about a PNE. */
export interface PneChange {
  readonly options?: Partial<PneOptions>
  readonly ports?: Partial<PnePorts>
  /** Its connections to the PN GW, each made anew. */
  readonly network?: () => SocketPairOptions
}

/** A world with one server. */
export interface CpnsWorld {
  readonly clock: VirtualClock
  /** The one that runs now. */
  readonly server: CpnsServer
  readonly store: ServerStore
  /** The same store as another process has it; the world needs a file for that. */
  openElsewhere(): ServerStore
  readonly zn: FakeZn
  readonly traced: TraceItem[]
  /** Events of all logs. */
  readonly logged: string[]
  /** The same with their fields. */
  readonly logLines: readonly { readonly event: string; readonly fields: LogFields | undefined }[]
  readonly lifetimes: { pnGw: number; pne: number }
  createGateway(change?: GatewayChange): PnGw
  /** @param octet Of the EUKey that it is given at both ends; `undefined` gives none. */
  createPne(
    entityId: EntityId,
    octet: number | undefined,
    gateway: PnGw,
    change?: PneChange,
  ): Promise<TestPne>
  /** A connection to the server, as a PN GW has it. */
  connect(network?: SocketPairOptions): FrameSocket
  /** Ends all connections to the server, as a restart of its host would. */
  cutConnections(): void
  /** Ends the server and starts another on the same store. */
  restartServer(): void
  /** Lets time pass in steps of a second, and all that happens in each. */
  elapse(ms: number): Promise<void>
  close(): Promise<void>
}

/** A PNE and what its application got. */
export interface TestPne {
  readonly pne: Pne
  readonly received: IncomingMessage[]
}

/**
 * @param change What differs from the defaults of the commands (the world binds at first use).
 * @param file Of the server's store; default in memory.
 */
export function createCpnsWorld(
  change: Partial<CpnsServerOptions> = {},
  file = ':memory:',
): CpnsWorld {
  const clock = createVirtualClock()
  const random = createSeededRandom('cpns world')
  const sealer = createRecordSealer({ current: keyOf(0xee) }, random)
  const store = openServerStore(file, sealer)
  const zn = createFakeZn()
  const traced: TraceItem[] = []
  const logged: string[] = []
  const logLines: { event: string; fields: LogFields | undefined }[] = []
  const log = createTestLog(logged, logLines)
  const common = { clock, random, log, trace: (item: TraceItem) => void traced.push(item) }
  const lifetimes = { pnGw: 3600, pne: 3600 }
  const startServer = (): CpnsServer =>
    createCpnsServer(
      {
        entityId: SERVER_ID,
        nodeId: 'node-1',
        nafFqdn: NAF_FQDN,
        uaId: UA_ID_CPNS,
        gbaKeyType: 'ks-ext-naf',
        allowGbaMe: false,
        firstUse: 'bind',
        algorithms: ['HMAC-SHA-256'],
        sessionLifetimeSeconds: lifetimes,
        ...change,
      },
      {
        ...common,
        store,
        bus: createTestBus(),
        zn: new Map([[BSF_NAME, zn]]),
        stateRing: createSealingRing({ purpose: 'cpns state' }, { store, clock, random }),
      },
    )
  let server = startServer()
  const running: { stop(): void }[] = []
  const connections: FrameSocket[] = []
  const connect = (network: SocketPairOptions = {}): FrameSocket => {
    const [client, far] = createSocketPair(network)
    connections.push(client)
    void server.serveSocket(far)
    return client
  }

  return {
    clock,
    get server() {
      return server
    },
    store,
    openElsewhere() {
      if (file === ':memory:') throw new TypeError('a store in memory is in one process')
      return openServerStore(file, sealer)
    },
    zn,
    traced,
    logged,
    logLines,
    lifetimes,
    connect,
    createGateway({ options, ports, network } = {}) {
      const gateway = createPnGw(
        {
          entityId: GATEWAY_ID,
          serverName: SERVER_ID,
          algorithms: ['HMAC-SHA-256'],
          renewAheadMs: 1_000,
          ...options,
        },
        {
          ...common,
          credentials: fixedCredentials(gbaCredentials(1)),
          connectServer: async () => connect(network?.()),
          ...ports,
        },
      )
      running.push(gateway)
      return gateway
    },
    async createPne(entityId, octet, gateway, { options, ports, network } = {}) {
      if (octet !== undefined) await assignKey(store, { entityId, octet, clock })
      const received: IncomingMessage[] = []
      const pne = createPne(
        {
          entityId,
          gatewayEntityId: GATEWAY_ID,
          algorithms: ['HMAC-SHA-256'],
          renewAheadMs: 1_000,
          ...options,
        },
        {
          ...common,
          credentials: fixedCredentials({ euKey: keyOf(octet ?? 0), keyType: 'assigned' }),
          connectGateway: async () => connectPne(gateway, network?.()),
          store: openPneStore(':memory:', sealer),
          onMessage: (message) => void received.push(message),
          ...ports,
        },
      )
      running.push(pne)
      return { pne, received }
    },
    cutConnections() {
      for (const connection of connections.splice(0)) connection.close()
    },
    restartServer() {
      server.stop()
      server = startServer()
    },
    async elapse(ms) {
      await settle()
      for (let leftMs = ms; leftMs > 0; leftMs -= 1000) {
        await clock.advance(Math.min(leftMs, 1000))
        await settle()
      }
    },
    async close() {
      for (const part of running.toReversed()) part.stop()
      server.stop()
      await settle()
      await store.close()
    },
  }
}

/** A PNE's connection to its PN GW. */
export function connectPne(gateway: PnGw, network?: SocketPairOptions): FrameSocket {
  const [client, far] = createSocketPair(network)
  void gateway.servePne(far)
  return client
}

/** Gives an entity an assigned EUKey, unless it has this one. */
async function assignKey(
  store: ServerStore,
  { entityId, octet, clock }: { entityId: EntityId; octet: number; clock: VirtualClock },
): Promise<void> {
  const id = `eukey-${octet}`
  if ((await store.findEuKey(entityId, id)) !== undefined) return
  await store.assignEuKey({
    id,
    entityId,
    owner: { kind: 'user', id: 'alice' },
    source: 'assigned',
    keyType: 'assigned',
    key: keyOf(octet),
    createdAtMs: clock.nowMs(),
    expiresAtMs: clock.nowMs() + 30 * 24 * 3600_000,
  })
}

/** Keeps events, and their names. */
function createTestLog(
  logged: string[],
  lines: { event: string; fields: LogFields | undefined }[],
): Log {
  const note = (event: string, fields?: LogFields): void => {
    logged.push(event)
    lines.push({ event, fields })
  }
  return { ...noLog, info: note, warn: note, error: note }
}

function createTestBus(): Bus {
  const notices = new Map<string, Set<() => void>>()
  return {
    publish: (entityId) => {
      for (const notice of notices.get(entityId) ?? []) notice()
    },
    subscribe(entityId, notice) {
      const of = notices.get(entityId) ?? new Set()
      notices.set(entityId, of.add(notice))
      return () => void of.delete(notice)
    },
  }
}
