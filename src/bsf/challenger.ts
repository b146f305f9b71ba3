/**
 * Challenges of a BSF: from a vector of the HSS to message 2. It is the BSF that decides on GBA_U, from
 * the subscription (GUSS) and never from what the UE says. TS 33.220 5.1 and 5.3.2, TS 24.109 4.3
 */
import type { SealingRing } from '../crypto/sealing-ring.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { computeAutnStar, flipResLsb } from '../gba/gba-u.ts'
import { createGussReader, type GussReader } from '../gba/guss-reader.ts'
import { ksOf } from '../gba/ks-naf.ts'
import type { UbResponse } from '../gba/ub-exchange.ts'
import { formatChallenge, formatRefusal } from '../gba/ub-messages.ts'
import type { Zh, ZhAnswer, ZhRequest } from '../gba/zh.ts'
import { formatAkaNonce } from '../http-digest/aka-nonce.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { ChallengeMemory } from './challenge-memory.ts'
import { sealChallenge, type UbChallenge } from './ub-challenge.ts'
import {
  type ChallengeKeys,
  endOfSlot,
  HIDING_OCTETS,
  makeUpKeys,
  type UnknownImpiOptions,
} from './unknown-impi.ts'

/** How challenges are made. */
export interface ChallengerOptions {
  readonly bsfName: Fqdn
  readonly product: string
  /** Life of a Ks where the GUSS does not say. */
  readonly keyLifetimeSeconds: number
  /** As `BsfOptions.flipsRes`. */
  readonly flipsRes: boolean
  /** As `BsfOptions.unknownImpi`. */
  readonly unknownImpi?: UnknownImpiOptions
}

/** What a challenger is given. */
export interface ChallengerPorts {
  readonly zh: Zh
  readonly ring: SealingRing
  readonly memory: ChallengeMemory
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** What else there is to know of a challenge. */
export interface ChallengeCircumstances {
  /** The user answered a challenge that cannot be answered any more. Default: no. */
  readonly stale?: boolean
  /** The user name of the UE, where it is not its IMPI. */
  readonly tmpi?: string
}

/**
 * Message 2 for a user: 403 if the HSS does not know the user (unless such are challenged too) or refuses
 * its AUTS, 503 if it cannot be asked or its answer cannot be used.
 *
 * @throws {StoreFailed} If no sealing key can be had.
 */
export type Challenger = (
  request: ZhRequest,
  circumstances?: ChallengeCircumstances,
) => Promise<UbResponse>

type VectorAnswer = Extract<ZhAnswer, { readonly outcome: 'success' }>

/** The longest `opaque` that a UE is asked to carry. */
const MAX_OPAQUE_CHARACTERS = 4096

/** The challenger of one BSF. */
export function createChallenger(options: ChallengerOptions, ports: ChallengerPorts): Challenger {
  const { zh, ring, memory, clock, random, log } = ports
  const { unknownImpi } = options
  const readGuss = createGussReader()
  const refuse = (status: 403 | 503) => formatRefusal(options.product, { status })

  /** With the GUSS, if it fits. @returns `opaque`. */
  const seal = async (whole: UbChallenge, nonce: string): Promise<string> => {
    const unit = unknownImpi && HIDING_OCTETS
    let challenge = whole
    let opaque = await sealChallenge(ring, challenge, unit)
    if (opaque.length > MAX_OPAQUE_CHARACTERS) {
      challenge = { ...whole, guss: undefined, lacksGuss: true }
      opaque = await sealChallenge(ring, challenge, unit)
    }
    memory.remember(challenge, { nonce, opaque })
    return opaque
  }

  const format = async (
    keys: ChallengeKeys,
    request: ZhRequest,
    { stale = false, tmpi }: ChallengeCircumstances,
  ): Promise<UbResponse> => {
    const nonce = formatAkaNonce(keys)
    const whole = wholeChallenge(keys, request, { tmpi, issuedAtMs: clock.nowMs() })
    const opaque = await seal(whole, nonce)
    return formatChallenge(options, { nonce, opaque, stale })
  }

  const challenge: Challenger = async (request, circumstances = {}) => {
    const { impi, resynchronization } = request
    const answer = await zh.requestVector(request)
    if (answer.outcome !== 'success') {
      const { outcome } = answer
      log.warn('no-vector', { point: 'Zh', impi, outcome })
      if (outcome === 'identity-unknown' && unknownImpi && resynchronization === undefined) {
        return format(makeUpKeys(unknownImpi, random), request, circumstances)
      }
      return refuse(outcome === 'unavailable' ? 503 : 403)
    }
    try {
      return await format(challengeOf(answer, options, readGuss), request, circumstances)
    } catch (error) {
      // What the HSS said is wrong, not what the UE said.
      if (!(error instanceof InvalidMessage || error instanceof RangeError)) throw error
      log.error('vector-unusable', { point: 'Zh', impi, reason: error.message })
      return refuse(503)
    }
  }
  if (unknownImpi === undefined) return challenge
  return async (...request) => {
    const sinceMs = clock.monotonicMs()
    const response = await challenge(...request)
    await endOfSlot(unknownImpi, { sinceMs, clock })
    return response
  }
}

function wholeChallenge(
  keys: ChallengeKeys,
  { impi, resynchronization }: ZhRequest,
  { tmpi, issuedAtMs }: Pick<UbChallenge, 'tmpi' | 'issuedAtMs'>,
): UbChallenge {
  return {
    impi,
    tmpi,
    rand: keys.rand,
    autn: keys.autn,
    xres: keys.xres,
    ks: keys.ks,
    gbaType: keys.gbaType,
    lifetimeSeconds: keys.lifetimeSeconds,
    issuedAtMs,
    resynchronized: resynchronization !== undefined,
    isMadeUp: keys.isMadeUp,
    guss: keys.guss,
  }
}

/** @throws {InvalidMessage} If the GUSS is none. @throws {RangeError} If a part has a wrong length. */
function challengeOf(
  { vector, guss: gussXml }: VectorAnswer,
  options: ChallengerOptions,
  readGuss: GussReader,
): ChallengeKeys {
  const guss = gussXml === undefined ? undefined : readGuss(gussXml)
  const isGbaU = guss?.uiccType === 'GBA_U'
  const { rand, autn, ik, xres } = vector
  return {
    rand,
    ks: ksOf(vector),
    lifetimeSeconds: guss?.lifeTimeSeconds ?? options.keyLifetimeSeconds,
    gbaType: isGbaU ? 'GBA_U' : 'GBA_ME',
    autn: isGbaU ? computeAutnStar(autn, ik) : autn,
    xres: isGbaU && options.flipsRes ? flipResLsb(xres) : xres,
    guss: gussXml,
  }
}
