/** A BSF with a real HSS behind it, and a UE that knows K and sends whatever a test wants. */
import { createMemoryBsfStore, type MemoryBsfStore } from '../../test/support/memory-bsf-store.ts'
import { createMemoryHssStore } from '../../test/support/memory-hss-store.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { createMilenage } from '../aka/milenage.ts'
import { buildAuts } from '../aka/resynchronize.ts'
import type { Secret } from '../crypto/secret.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { flipResLsb } from '../gba/gba-u.ts'
import type { UbRequest, UbResponse } from '../gba/ub-exchange.ts'
import {
  computeUbResponse,
  EMPTY_PASSWORD,
  formatInitialRequest,
  type UbIdentity,
} from '../gba/ub-messages.ts'
import type { Zh, ZhRequest } from '../gba/zh.ts'
import { createHss } from '../hss/create-hss.ts'
import type { Subscriber } from '../hss/hss-store.ts'
import { parseAkaNonce } from '../http-digest/aka-nonce.ts'
import {
  type DigestAuthorization,
  type DigestChallenge,
  formatDigestAuthorization,
  parseDigestChallenges,
} from '../http-digest/digest-headers.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { toBase64 } from '../octets/octets.ts'
import type { LogFields } from '../ports/log.ts'
import type { TraceItem } from '../trace/trace.ts'
import { type Bsf, createBsf } from './create-bsf.ts'
import type { BsfOptions, BsfPorts } from './options.ts'

/** One line of the log. */
export interface LogLine {
  readonly level: string
  readonly event: string
  readonly fields: LogFields | undefined
}

/** A BSF of a test and all around it. */
export interface BsfWorld {
  readonly bsf: Bsf
  readonly clock: VirtualClock
  readonly store: MemoryBsfStore
  readonly logged: LogLine[]
  readonly traced: TraceItem[]
  /** What the BSF asked its HSS. */
  readonly asked: ZhRequest[]
  /** Another node of the same BSF. */
  node(options?: Partial<BsfOptions>, ports?: Partial<BsfPorts>): Bsf
  /** One Ub request. */
  ub(request: UbRequest, bsf?: Bsf): Promise<UbResponse>
}

/** Wall clock of every test at its start. */
export const NOW_MS = Date.UTC(2026, 0, 1)
/** GUSS of the subscriber, unless a test says otherwise. */
export const GBA_U_GUSS = `<guss><bsfInfo><uiccType>GBA_U</uiccType></bsfInfo><ussList>
  <uss id="1000001" type="0"><uids><uid>alice</uid></uids><flags/></uss>
  <uss id="1000002" type="0" nafGroup="A"/></ussList></guss>`
/** The NAFs that the BSF knows. */
export const NAFS = [
  { originHost: 'naf.example.org', fqdns: [WORKED.nafFqdn, parseFqdn('other.example.org')] },
  { originHost: 'naf-a.example.org', fqdns: [WORKED.nafFqdn], nafGroup: 'A', ussRequired: true },
]
/** The UE of the worked example. */
export const IDENTITY: UbIdentity = {
  username: WORKED.impi,
  bsfName: WORKED.bsfName,
  uri: '/',
  product: 'ue',
}

const FUNCTIONS = createMilenage(WORKED)

/** A fresh world. @param setUp.subscriber Changes to the one subscriber. */
export async function createBsfWorld(
  setUp: {
    readonly subscriber?: Partial<Subscriber>
    readonly options?: Partial<BsfOptions>
    readonly zh?: Zh
  } = {},
): Promise<BsfWorld> {
  const clock = createVirtualClock(NOW_MS)
  const store = createMemoryBsfStore()
  const hssStore = createMemoryHssStore()
  await hssStore.addSubscriber({ ...SUBSCRIBER, ...setUp.subscriber })
  const hssPorts = { store: hssStore, clock, random: createSeededRandom('hss') }
  const hss = setUp.zh ?? createHss({ nodeName: 'hss' }, hssPorts)
  const asked: ZhRequest[] = []
  const logged: LogLine[] = []
  const traced: TraceItem[] = []
  const record = (level: string) => (event: string, fields?: LogFields) => {
    logged.push({ level, event, fields })
  }
  let nodes = 0
  const node: BsfWorld['node'] = (options, ports) =>
    createBsf(
      { bsfName: WORKED.bsfName, nafs: NAFS, ...setUp.options, ...options },
      {
        zh: {
          requestVector(request) {
            asked.push(request)
            return hss.requestVector(request)
          },
        },
        store,
        clock,
        random: createSeededRandom(`bsf ${nodes++}`),
        trace: (item) => traced.push(item),
        log: { info: record('info'), warn: record('warn'), error: record('error') },
        ...ports,
      },
    )
  const bsf = node()
  const ub: BsfWorld['ub'] = (request, other = bsf) =>
    other.handleUb(request, { remoteAddress: '192.0.2.1' })
  return { bsf, clock, store, logged, traced, asked, node, ub }
}

const SUBSCRIBER: Subscriber = {
  impi: WORKED.impi,
  algorithm: 'milenage',
  subscriberKey: WORKED.k,
  operatorVariant: WORKED.opc,
  amf: Uint8Array.of(0, 0),
  guss: GBA_U_GUSS,
}

/** A GET with this Authorization header. */
export function requestWith(authorization: Partial<DigestAuthorization>): UbRequest {
  const header = formatDigestAuthorization(authorization as DigestAuthorization)
  return { method: 'GET', uri: '/', headers: { authorization: [header] }, body: new Uint8Array(0) }
}

/** The challenge in message 2. */
export function challengeIn(response: UbResponse): DigestChallenge {
  const [challenge] = parseDigestChallenges(response.headers['www-authenticate']?.[0] ?? '')
  if (challenge === undefined) throw new Error(`no challenge but ${response.status}`)
  return challenge
}

/** Message 1, answered. */
export async function challenged(world: BsfWorld, bsf?: Bsf): Promise<DigestChallenge> {
  return challengeIn(await world.ub(formatInitialRequest(IDENTITY), bsf))
}

/** RES as a GBA_U card gives it. */
export function resGbaU({ nonce }: Pick<DigestChallenge, 'nonce'>): Secret {
  return flipResLsb(FUNCTIONS.f2345(parseAkaNonce(nonce).rand).res)
}

/** RES as it is in 3G context. */
export function plainRes({ nonce }: Pick<DigestChallenge, 'nonce'>): Secret {
  return FUNCTIONS.f2345(parseAkaNonce(nonce).rand).res
}

/** AUTS of a card whose highest SQN is `sqnMs`. */
export function autsFor({ nonce }: Pick<DigestChallenge, 'nonce'>, sqnMs: bigint): string {
  return toBase64(buildAuts(FUNCTIONS, { rand: parseAkaNonce(nonce).rand, sqnMs }))
}

/**
 * What goes into Authorization of message 3. The response is right for what is in it, unless `change`
 * sets one; `password` is RES of a GBA_U card, unless said otherwise.
 */
export function answerTo(
  challenge: DigestChallenge,
  change: Partial<DigestAuthorization> = {},
  password: Secret = change.auts === undefined ? resGbaU(challenge) : EMPTY_PASSWORD,
): DigestAuthorization {
  const authorization = {
    username: WORKED.impi,
    realm: challenge.realm,
    nonce: challenge.nonce,
    uri: '/',
    qop: 'auth-int',
    nc: '00000001',
    cnonce: WORKED.cnonce,
    algorithm: 'AKAv1-MD5',
    ...(challenge.opaque === undefined ? {} : { opaque: challenge.opaque }),
    ...change,
  }
  const response = computeUbResponse(
    { ...authorization, password },
    { method: 'GET', body: new Uint8Array(0) },
  )
  return { response, ...authorization }
}
