/**
 * Message 3 at the BSF: whether an answer fits the challenge it answers, and what follows.
 * TS 33.220 4.5.2, TS 24.109 4.5, RFC 3310 3.4
 *
 * A challenge is answered once, whichever way. One that cannot be answered any more (late, used, sealed
 * under a key that is gone) is replaced by a new one, as for message 1.
 */
import type { SealingRing } from '../crypto/sealing-ring.ts'
import { deriveTmpi } from '../gba/tmpi.ts'
import type { UbRequest, UbResponse } from '../gba/ub-exchange.ts'
import {
  announcesTmpi,
  formatRefusal,
  formatSuccess,
  type UbDigestInput,
} from '../gba/ub-messages.ts'
import { digestOfUbAnswer, type UbAnswer, verifyUbAnswer } from '../gba/ub-server.ts'
import { formatAkaNonce } from '../http-digest/aka-nonce.ts'
import { formatBtid } from '../identity/btid.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { Log } from '../ports/log.ts'
import type { SteadyClock } from '../ports/steady-clock.ts'
import type { BootstrappingSession, BsfStore } from './bsf-store.ts'
import type { Challenger } from './challenger.ts'
import { openChallenge, type UbChallenge } from './ub-challenge.ts'

/** How answers are judged. */
export interface AnswerJudgeOptions {
  readonly bsfName: Fqdn
  readonly product: string
  readonly challengeLifetimeMs: number
}

/** What a judge is given. */
export interface AnswerJudgePorts {
  readonly store: Pick<BsfStore, 'completeBootstrapping' | 'useChallenge'>
  readonly ring: SealingRing
  readonly challenge: Challenger
  readonly clock: SteadyClock
  readonly log: Log
}

/** Message 3, and what came with it. */
export interface UbAnswerArrival {
  readonly answer: UbAnswer
  /** The request that `answer` was read from. */
  readonly request: UbRequest
  /** A new challenge with `stale`, as for message 1 of this user. */
  readonly challengeAnew: () => Promise<UbResponse>
}

/**
 * Message 4, a new challenge, or 403.
 *
 * @throws {StoreFailed} If the store cannot be used; nothing took effect then.
 */
export type AnswerJudge = (arrival: UbAnswerArrival) => Promise<UbResponse>

/** Clocks of two nodes may differ by so much; used challenges are known so much longer. Design 9 */
const CLOCK_TOLERANCE_MS = 60_000

/** The judge of one BSF node. */
export function createAnswerJudge(
  options: AnswerJudgeOptions,
  ports: AnswerJudgePorts,
): AnswerJudge {
  const { bsfName, product, challengeLifetimeMs } = options
  const { store, ring, challenge, clock, log } = ports
  const forbidden = () => formatRefusal(product, { status: 403 })

  const usedUntil = ({ rand, issuedAtMs }: UbChallenge) => ({
    rand,
    forgetAfterMs: issuedAtMs + challengeLifetimeMs + CLOCK_TOLERANCE_MS,
  })

  const isLive = ({ issuedAtMs }: UbChallenge): boolean => {
    const ageMs = clock.nowMs() - issuedAtMs
    return ageMs >= -CLOCK_TOLERANCE_MS && ageMs <= challengeLifetimeMs
  }

  /** One resynchronisation an exchange. RFC 3310 3.4 */
  const resynchronize = async (
    issued: UbChallenge,
    auts: Uint8Array,
    { challengeAnew }: UbAnswerArrival,
  ): Promise<UbResponse> => {
    const { impi, rand, tmpi } = issued
    if (!(await store.useChallenge(usedUntil(issued)))) return challengeAnew()
    if (issued.resynchronized) return forbidden()
    const circumstances = tmpi === undefined ? {} : { tmpi }
    return challenge({ impi, resynchronization: { rand, auts } }, circumstances)
  }

  const complete = async (
    issued: UbChallenge,
    { request, challengeAnew }: UbAnswerArrival,
    digest: UbDigestInput,
  ): Promise<UbResponse> => {
    const session = sessionOf(issued, bsfName, clock.nowMs())
    // Both ends make one only if both have said so: this BSF says it in every answer.
    const tmpi = announcesTmpi(request, 'user-agent')
      ? deriveTmpi(issued.ks, { ...issued, bsfName })
      : undefined
    const outcome = await store.completeBootstrapping(session, usedUntil(issued), tmpi)
    if (outcome === 'duplicate-btid') log.error('rand-repeated', { impi: issued.impi })
    if (outcome !== 'completed') return challengeAnew()
    return formatSuccess(product, {
      info: bootstrappingInfoOf(session, clock),
      digest,
    })
  }

  return async (arrival) => {
    const { answer, request } = arrival
    const issued = await openChallenge(ring, answer.opaque)
    if (issued === undefined || !isLive(issued)) return arrival.challengeAnew()
    const { impi, tmpi: username = impi } = issued
    if (username !== answer.username || formatAkaNonce(issued) !== answer.nonce) return forbidden()
    const { xres } = issued
    const digest = digestOfUbAnswer(answer, { bsfName, xres })
    const isRight = verifyUbAnswer(answer, { request, bsfName, xres }, digest)
    if (!isRight || (issued.isMadeUp && answer.auts === undefined)) {
      await store.useChallenge(usedUntil(issued))
      log.warn('wrong-response', { impi: issued.impi })
      return forbidden()
    }
    if (answer.auts === undefined) return complete(issued, arrival, digest)
    return resynchronize(issued, answer.auts, arrival)
  }
}

function sessionOf(issued: UbChallenge, bsfName: Fqdn, nowMs: number): BootstrappingSession {
  const { impi, rand, ks, gbaType, guss } = issued
  const createdAtMs = Math.floor(nowMs / 1000) * 1000
  return {
    btid: formatBtid({ rand, bsfName }),
    impi,
    rand,
    ks,
    gbaType,
    createdAtMs,
    expiresAtMs: createdAtMs + issued.lifetimeSeconds * 1000,
    guss,
  }
}

/** A UE has a clock of its own: it is told times as the wall clock has them. */
function bootstrappingInfoOf(
  { btid, expiresAtMs, createdAtMs }: BootstrappingSession,
  { aheadMs }: SteadyClock,
): Parameters<typeof formatSuccess>[1]['info'] {
  return { btid, expiresAtMs: expiresAtMs - aheadMs, currentTimeMs: createdAtMs - aheadMs }
}
