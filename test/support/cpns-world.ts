/** A CPNS Server with PN GWs and PNEs on memory sockets, a virtual clock and seeded randomness. */

import { openPneStore } from '../../src/adapters/sqlite/pne-store.ts'
import { openServerStore } from '../../src/adapters/sqlite/server-store.ts'
import type { CredentialSource, Credentials } from '../../src/cpns/credentials.ts'
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
import { createPnGw, type PnGw, type PnGwPorts } from '../../src/pn-gw/create-pn-gw.ts'
import { createPne, type Pne } from '../../src/pne/create-pne.ts'
import type { IncomingMessage } from '../../src/pne/inbox.ts'
import type { Bus } from '../../src/ports/bus.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import { type Log, noLog } from '../../src/ports/log.ts'
import type { TraceItem } from '../../src/trace/trace.ts'
import { createSocketPair, type Tamper } from './memory-socket.ts'
import { createSeededRandom } from './seeded-random.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

export const SERVER_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000001')
export const GATEWAY_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000002')
export const WATCH_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000003')
export const CAR_ID = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000004')
export const BSF_NAME = parseFqdn('bsf.mnc001.mcc001.pub.3gppnetwork.org')
export const IMPI = parseImpi('001010123456789@ims.mnc001.mcc001.3gppnetwork.org')
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
export function gbaUAnswer(octet: number, clock: VirtualClock, impi = IMPI): ZnAnswer {
  return {
    outcome: 'success',
    impi,
    meKeyMaterial: keyOf(octet),
    uiccKeyMaterial: keyOf(octet + 1),
    keyExpiresAtMs: clock.nowMs() + 24 * 3600_000,
    bootstrappedAtMs: clock.nowMs(),
  }
}

/** Always the same credentials; a 402 ends it. */
export function fixedCredentials(credentials: Credentials): CredentialSource {
  return {
    async obtain(refused) {
      if (refused !== undefined) throw new Error('the server knows no such EUKey')
      return credentials
    },
  }
}

/** A world with one server. */
export interface CpnsWorld {
  readonly clock: VirtualClock
  readonly server: CpnsServer
  readonly store: ServerStore
  readonly zn: FakeZn
  readonly traced: TraceItem[]
  readonly lifetimes: { pnGw: number; pne: number }
  createGateway(ports?: Partial<PnGwPorts>, tamper?: Tamper): PnGw
  createPne(entityId: EntityId, octet: number, gateway: PnGw): Promise<TestPne>
  /** A connection to the server, as a PN GW has it. */
  connect(tamper?: Tamper): FrameSocket
  close(): Promise<void>
}

/** A PNE and what its application got. */
export interface TestPne {
  readonly pne: Pne
  readonly received: IncomingMessage[]
}

/** @param change What differs from the defaults of the commands (the world binds at first use). */
export function createCpnsWorld(
  change: Partial<CpnsServerOptions> = {},
  log: Log = noLog,
): CpnsWorld {
  const clock = createVirtualClock()
  const random = createSeededRandom('cpns world')
  const sealer = createRecordSealer({ current: keyOf(0xee) }, random)
  const store = openServerStore(':memory:', sealer)
  const zn = createFakeZn()
  const traced: TraceItem[] = []
  const trace = (item: TraceItem): void => void traced.push(item)
  const lifetimes = { pnGw: 3600, pne: 3600 }
  const server = createCpnsServer(
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
      store,
      bus: createTestBus(),
      zn: new Map([[BSF_NAME, zn]]),
      stateRing: createSealingRing({ purpose: 'cpns state' }, { store, clock, random }),
      clock,
      random,
      trace,
      log,
    },
  )
  const running: { stop(): void }[] = [server]
  const connect = (tamper?: Tamper): FrameSocket => {
    const [client, far] = createSocketPair(tamper)
    void server.serveSocket(far)
    return client
  }

  return {
    clock,
    server,
    store,
    zn,
    traced,
    lifetimes,
    connect,
    createGateway(ports = {}, tamper) {
      const gateway = createPnGw(
        {
          entityId: GATEWAY_ID,
          serverName: SERVER_ID,
          algorithms: ['HMAC-SHA-256'],
          renewAheadMs: 0,
        },
        {
          credentials: fixedCredentials({
            euKey: keyOf(1),
            keyType: 'ks-ext-naf',
            btid: btidOf(1),
          }),
          connectServer: async () => connect(tamper),
          clock,
          random,
          trace,
          log,
          ...ports,
        },
      )
      running.push(gateway)
      return gateway
    },
    async createPne(entityId, octet, gateway) {
      await store.assignEuKey({
        id: `eukey-${octet}`,
        entityId,
        owner: { kind: 'user', id: 'alice' },
        source: 'assigned',
        keyType: 'assigned',
        key: keyOf(octet),
        createdAtMs: clock.nowMs(),
        expiresAtMs: clock.nowMs() + 30 * 24 * 3600_000,
      })
      const received: IncomingMessage[] = []
      const pne = createPne(
        {
          entityId,
          gatewayEntityId: GATEWAY_ID,
          algorithms: ['HMAC-SHA-256'],
          renewAheadMs: 0,
        },
        {
          credentials: fixedCredentials({ euKey: keyOf(octet), keyType: 'assigned' }),
          connectGateway: async () => {
            const [client, far] = createSocketPair()
            void gateway.servePne(far)
            return client
          },
          store: openPneStore(':memory:', sealer),
          clock,
          random,
          trace,
          log,
          onMessage: (message) => void received.push(message),
        },
      )
      running.push(pne)
      return { pne, received }
    },
    async close() {
      for (const part of running.reverse()) part.stop()
      await store.close()
    },
  }
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
