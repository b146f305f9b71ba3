/** A NAF with a scripted BSF behind it, and a client that knows the key. */
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { Secret } from '../crypto/secret.ts'
import type { ZnAnswer, ZnRequest } from '../gba/zn.ts'
import { type Btid, formatBtid } from '../identity/btid.ts'
import { type Fqdn, parseFqdn } from '../identity/fqdn.ts'
import { parseImpi } from '../identity/impi.ts'
import type { Log } from '../ports/log.ts'
import { noTrace, type Trace } from '../trace/trace.ts'
import type { UaKey } from './card-key-source.ts'
import { createNaf, type Naf } from './create-naf.ts'
import type { NafOptions } from './options.ts'
import type { KeyUse } from './realm.ts'
import { answerChallenge, chooseChallenge, type UaAnswer, type UaChallenge } from './ua-client.ts'
import type { UaConnection, UaOutcome, UaRequest } from './ua-exchange.ts'

export const NAF_FQDN: Fqdn = parseFqdn('naf.example.org')
export const NAF_BSF_NAME: Fqdn = parseFqdn('bsf.example.org')
export const NAF_IMPI = parseImpi('001010123456789@ims.mnc001.mcc001.3gppnetwork.org')
export const NAF_BTID: Btid = formatBtid({
  rand: new Uint8Array(16).fill(7),
  bsfName: NAF_BSF_NAME,
})
export const NAF_KEYS: Readonly<Record<KeyUse, Secret>> = {
  ME: Secret.of(new Uint8Array(32).fill(1)),
  UICC: Secret.of(new Uint8Array(32).fill(2)),
}
/** A connection over TLS 1.2. */
export const TLS: UaConnection = { remoteAddress: '192.0.2.1', cipherSuite: 0xc02f }
/** A connection without TLS. */
export const PLAIN: UaConnection = { remoteAddress: '192.0.2.1' }

type ZnSuccess = Extract<ZnAnswer, { readonly outcome: 'success' }>

/** What a test has in hand. */
export interface NafWorld {
  readonly naf: Naf
  readonly clock: VirtualClock
  /** What the BSF was asked. */
  readonly asked: ZnRequest[]
  readonly logged: string[]
  /** What the BSF answers. */
  answer: ZnAnswer
  /** A request without credentials. */
  ask(change?: Partial<UaRequest>): Promise<UaOutcome>
  /** A request that answers a challenge as it should be. */
  askWithKey(change?: AskChange): Promise<UaOutcome>
  /** The same, and the client's half of it. */
  prepare(change?: AskChange): Promise<{ readonly request: UaRequest; readonly own: UaAnswer }>
}

/** How a good request differs from the usual one. */
export interface AskChange extends Partial<UaRequest> {
  readonly keyUses?: readonly KeyUse[]
  /** TLS ends somewhere else. */
  readonly isProtected?: boolean
  /** A challenge had before; default a new one. */
  readonly challenge?: UaChallenge
  readonly nc?: number
  readonly key?: UaKey
  /** What the client takes the body to be. */
  readonly body?: Uint8Array
}

/** Settings of the subscriber's key that a test may change. */
export function znSuccess(change: Partial<ZnSuccess> = {}): ZnSuccess {
  return {
    outcome: 'success',
    impi: NAF_IMPI,
    meKeyMaterial: NAF_KEYS.ME,
    uiccKeyMaterial: NAF_KEYS.UICC,
    keyExpiresAtMs: Date.UTC(2026, 0, 1) + 3_600_000,
    bootstrappedAtMs: Date.UTC(2026, 0, 1),
    ...change,
  }
}

/** Over TLS unless the request says otherwise. */
export function createNafWorld(
  options: Partial<NafOptions> = {},
  trace: Trace = noTrace,
): NafWorld {
  const clock = createVirtualClock()
  const note = (event: string): void => void world.logged.push(event)
  const log: Log = { info: note, warn: note, error: note }
  const zn = {
    async requestBootstrappingInfo(request: ZnRequest) {
      world.asked.push(request)
      return world.answer
    },
  }
  const naf = createNaf(
    { nafFqdns: [NAF_FQDN], ...options },
    { zn: new Map([[NAF_BSF_NAME, zn]]), clock, random: createSeededRandom('naf'), log, trace },
  )
  const world: NafWorld = {
    naf,
    clock,
    asked: [],
    logged: [],
    answer: znSuccess(),
    ask: (change) => naf.authenticate(requestOf(change)),
    async askWithKey(change) {
      return naf.authenticate((await world.prepare(change)).request)
    },
    async prepare(change = {}) {
      const { method, uri, headers, connection } = requestOf(change)
      const { nc = 1, body = new Uint8Array(0) } = change
      const challenge = change.challenge ?? (await challengeOf(world, change))
      const key = change.key ?? {
        btid: NAF_BTID,
        key: NAF_KEYS[challenge.keyUse],
        expiresAtMs: Number.POSITIVE_INFINITY,
      }
      const own = answerChallenge(challenge, key, { method, uri, body, nc, cnonce: 'abcdef' })
      const authorized = { ...headers, authorization: [own.authorization] }
      const request = requestOf({ connection, body, ...change, headers: authorized })
      return { request, own }
    },
  }
  return world
}

/** The challenge that a client of these kinds of key takes up. */
export async function challengeOf(
  { naf }: Pick<NafWorld, 'naf'>,
  change: AskChange = {},
): Promise<UaChallenge> {
  const { keyUses = ['ME'], ...rest } = change
  const request = requestOf(rest)
  const answer = await naf.authenticate({ ...request, headers: { host: [NAF_FQDN] } })
  if (answer.outcome !== 'refused') throw new Error('no challenge')
  const isTls = request.connection.cipherSuite !== undefined || change.isProtected === true
  const wanted = { nafFqdn: NAF_FQDN, keyUses, isTls }
  const chosen = chooseChallenge(answer.headers['www-authenticate'] ?? [], wanted)
  if (chosen.outcome !== 'challenge') throw new Error(`${chosen.outcome}: ${answer.reason}`)
  return chosen
}

function requestOf(change: AskChange = {}): UaRequest {
  const { body = new Uint8Array(0) } = change
  return {
    method: change.method ?? 'GET',
    uri: change.uri ?? '/a?b=c',
    headers: { host: [NAF_FQDN], ...change.headers },
    connection: change.connection ?? TLS,
    readBody: change.readBody ?? (async () => ({ outcome: 'read', octets: body })),
  }
}
