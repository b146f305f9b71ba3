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
import type { Zh } from '../gba/zh.ts'
import { formatAkaNonce } from '../http-digest/aka-nonce.ts'
import { formatBtid } from '../identity/btid.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { Log } from '../ports/log.ts'
import type { SteadyClock } from '../ports/steady-clock.ts'
import type { BootstrappingSession, BsfStore, UsedChallenge } from './bsf-store.ts'
import type { ChallengeMemory } from './challenge-memory.ts'
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
  readonly memory: ChallengeMemory
  readonly challenge: Challenger
  readonly zh: Zh
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
 * @throws {InvalidMessage} If `opaque` is not base64.
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
  const { store, ring, memory, challenge, clock, log } = ports
  const complete = createCompletion(options, ports)
  const forbidden = () => formatRefusal(product, { status: 403 })
  const usedUntil = (issued: UbChallenge) => usedChallenge(issued, challengeLifetimeMs)

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

  return async (arrival) => {
    const { answer, request } = arrival
    const issued = memory.take(answer) ?? (await openChallenge(ring, answer.opaque))
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

/** Message 4 for a right answer, once its session is durable. */
type Completion = (
  issued: UbChallenge,
  arrival: UbAnswerArrival,
  digest: UbDigestInput,
) => Promise<UbResponse>

function createCompletion(
  { bsfName, product, challengeLifetimeMs }: AnswerJudgeOptions,
  { store, zh, clock, log }: Pick<AnswerJudgePorts, 'store' | 'zh' | 'clock' | 'log'>,
): Completion {
  const complete = async (
    issued: UbChallenge,
    { request, challengeAnew }: UbAnswerArrival,
    { digest, used }: { readonly digest: UbDigestInput; readonly used: UsedChallenge },
  ): Promise<UbResponse> => {
    const session = sessionOf(issued, bsfName, clock.nowMs())
    // Both ends make one only if both have said so: this BSF says it in every answer.
    const tmpi = announcesTmpi(request, 'user-agent')
      ? deriveTmpi(issued.ks, { ...issued, bsfName })
      : undefined
    const outcome = await store.completeBootstrapping(session, used, tmpi)
    if (outcome === 'duplicate-btid') log.error('rand-repeated', { impi: issued.impi })
    if (outcome !== 'completed') return challengeAnew()
    return formatSuccess(product, { info: bootstrappingInfoOf(session, clock), digest })
  }

  /**
   * Asks once more for the GUSS that did not fit; the vector that comes with it is nobody's, and its RAND stands
   * among the used ones for the session. The challenge itself is used up before, so that copies of its answer
   * cost the HSS nothing.
   */
  const completeWithGuss: Completion = async (issued, arrival, digest) => {
    const firstUse = await store.useChallenge(usedChallenge(issued, challengeLifetimeMs))
    if (!firstUse) return arrival.challengeAnew()
    const { impi } = issued
    const answer = await zh.requestVector({ impi })
    if (answer.outcome !== 'success') {
      log.warn('no-vector', { impi, outcome: answer.outcome })
      return formatRefusal(product, { status: 503 })
    }
    const { guss, vector } = answer
    const used = usedChallenge({ ...issued, rand: vector.rand }, challengeLifetimeMs)
    return complete({ ...issued, guss }, arrival, { digest, used })
  }

  return (issued, arrival, digest) => {
    if (issued.lacksGuss) return completeWithGuss(issued, arrival, digest)
    return complete(issued, arrival, { digest, used: usedChallenge(issued, challengeLifetimeMs) })
  }
}

function usedChallenge(
  { rand, issuedAtMs }: Pick<UbChallenge, 'rand' | 'issuedAtMs'>,
  challengeLifetimeMs: number,
): UsedChallenge {
  return { rand, forgetAfterMs: issuedAtMs + challengeLifetimeMs + CLOCK_TOLERANCE_MS }
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
