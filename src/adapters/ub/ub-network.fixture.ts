/** HSS, BSF and a UE with the software card: Ub over real HTTP, the rest in process unless a test says otherwise. */
import {
  createMemoryBsfStore,
  type MemoryBsfStore,
} from '../../../test/support/memory-bsf-store.ts'
import { createMemoryHssStore } from '../../../test/support/memory-hss-store.ts'
import type { BsfStore } from '../../bsf/bsf-store.ts'
import { NAFS } from '../../bsf/bsf-world.fixture.ts'
import { createBsf } from '../../bsf/create-bsf.ts'
import type { BsfOptions } from '../../bsf/options.ts'
import type { GbaCard } from '../../gba/gba-card.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import type { TmpiMemory } from '../../gba/tmpi-memory.ts'
import { type BootstrapOutcome, bootstrap } from '../../gba/ub-client.ts'
import { openUiccApplication } from '../../gba/uicc-terminal.ts'
import type { Zh } from '../../gba/zh.ts'
import type { Zn } from '../../gba/zn.ts'
import { createHss } from '../../hss/create-hss.ts'
import type { Subscriber } from '../../hss/hss-store.ts'
import type { LogFields } from '../../ports/log.ts'
import type { TraceItem } from '../../trace/trace.ts'
import { createMemoryCardState, testProfile } from '../../uicc/uicc.fixture.ts'
import { createUicc } from '../../uicc/uicc.ts'
import { connectZh } from '../in-process/zh.ts'
import { connectZn } from '../in-process/zn.ts'
import { systemClock as clock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { connectUb, type UbConnection } from './connect-ub.ts'
import { serveUb, type UbServerLimits } from './serve-ub.ts'

/** What may differ. */
export interface UbNetworkChange {
  readonly subscriber?: Partial<Subscriber>
  /** Default: in process. */
  readonly zh?: (hss: Zh) => Promise<Zh>
  readonly store?: BsfStore
  readonly options?: Partial<BsfOptions>
  readonly limits?: Partial<UbServerLimits>
}

/** A network with one subscriber. */
export interface UbNetwork {
  readonly baseUrl: string
  readonly port: number
  readonly ub: UbConnection
  readonly zn: Zn
  readonly items: TraceItem[]
  readonly logged: { readonly event: string; readonly fields: LogFields | undefined }[]
  /** Of the BSF, unless a test brought its own. */
  readonly store: MemoryBsfStore
  /** One bootstrapping run. */
  run(card: GbaCard, tmpiMemory?: TmpiMemory): Promise<BootstrapOutcome>
  close(): Promise<void>
}

const SUBSCRIBER: Subscriber = {
  impi: WORKED.impi,
  algorithm: 'milenage',
  subscriberKey: WORKED.k,
  operatorVariant: WORKED.opc,
  amf: new Uint8Array(2),
  guss: '<guss><bsfInfo><uiccType>GBA_U</uiccType><lifeTime>3600</lifeTime></bsfInfo></guss>',
}

/** The software card of the worked subscriber, behind a terminal, with some fields of its profile changed. */
export async function usim(changes: Record<string, unknown> = {}): Promise<GbaCard> {
  const applications = [{ application: 'USIM', imsi: '001010123456789', mncLength: 2 }]
  const profile = testProfile({ applications, ...changes })
  const ports = { state: createMemoryCardState(), random: createSystemRandom() }
  const card = await openUiccApplication(createUicc(profile, ports))
  if (card.impi !== WORKED.impi || card.bsfName !== WORKED.bsfName) throw new Error('another card')
  return card
}

/** Starts it; close it in the end. */
export async function startUbNetwork(change: UbNetworkChange = {}): Promise<UbNetwork> {
  const hssStore = createMemoryHssStore()
  await hssStore.addSubscriber({ ...SUBSCRIBER, ...change.subscriber })
  const random = createSystemRandom()
  const items: TraceItem[] = []
  const trace = (item: TraceItem) => void items.push(item)
  const logged: UbNetwork['logged'] = []
  const record = (event: string, fields?: LogFields) => void logged.push({ event, fields })
  const log = { info: record, warn: record, error: record }
  const hss = createHss({ nodeName: 'hss' }, { store: hssStore, clock, random })
  const memory = createMemoryBsfStore()
  const store = change.store ?? memory
  const zh = (await change.zh?.(hss)) ?? connectZh(hss, { trace, clock })
  const options = { bsfName: WORKED.bsfName, nafs: NAFS, ...change.options }
  const bsf = createBsf(options, { zh, store, clock, random, trace, log })
  const limits = change.limits ?? {}
  const server = await serveUb({ bsf, host: '127.0.0.1', port: 0, limits })
  const baseUrl = `http://127.0.0.1:${server.port}`
  const ub = connectUb({ baseUrl })
  return {
    baseUrl,
    port: server.port,
    ub,
    zn: connectZn(bsf, { originHost: 'naf.example.org', trace, clock }),
    items,
    logged,
    store: memory,
    run: (card, tmpiMemory) =>
      bootstrap({ card, ub, clock, random, trace, ...(tmpiMemory && { tmpiMemory }) }),
    async close() {
      await server.close()
      await ub.close()
    },
  }
}
