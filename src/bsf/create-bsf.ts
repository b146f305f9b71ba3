/** BSF: the GBA Bootstrapping Server Function, Ub to UEs and Zn to NAFs. TS 33.220 4.4.2 */
import { createSealingRing } from '../crypto/sealing-ring.ts'
import { createUbTracer } from '../gba/ub-trace.ts'
import { noLog, withFields } from '../ports/log.ts'
import { createSteadyClock } from '../ports/steady-clock.ts'
import { noTrace } from '../trace/trace.ts'
import { createAnswerJudge } from './answer-judge.ts'
import { createChallengeLimits } from './challenge-limits.ts'
import { createChallengeMemory } from './challenge-memory.ts'
import { createChallenger } from './challenger.ts'
import { createExpirySweep } from './expiry-sweep.ts'
import type { BsfOptions, BsfPorts } from './options.ts'
import { createUbService, type UbService } from './ub-service.ts'
import { assertUnknownImpi } from './unknown-impi.ts'
import { createZnService, type ZnService } from './zn-service.ts'

/** One BSF node; nodes that share a store are one BSF. Neither method ever rejects. */
export interface Bsf {
  /** Ub: answers one HTTP request of a UE. TS 24.109 4 */
  readonly handleUb: UbService
  /** Zn: answers one NAF. TS 29.109 5 */
  readonly bootstrappingInfo: ZnService
}

const DAY_SECONDS = 86_400
const CHALLENGE_LIFETIME_MS = 60_000
/** At a thousand bootstraps a second those of the last second, in 1 MiB. */
const REMEMBERED_CHALLENGES = 1024

/**
 * @throws {RangeError} If a lifetime is not a positive whole number, a NAF is listed twice, or an option is
 * out of range.
 * @see TS 33.220 4.4.2
 */
export function createBsf(options: BsfOptions, ports: BsfPorts): Bsf {
  const { bsfName, nafs, product = 'cpns-bsf', flipsRes = true, ueName = 'PN GW' } = options
  const { zh, store, random, trace = noTrace, log = noLog } = ports
  const clock = createSteadyClock(ports.clock, log)
  const ubLog = withFields(log, { point: 'Ub' })
  const keyLifetimeSeconds = options.keyLifetimeSeconds ?? DAY_SECONDS
  const challengeLifetimeMs = options.challengeLifetimeMs ?? CHALLENGE_LIFETIME_MS
  assertPositive('keyLifetimeSeconds', keyLifetimeSeconds)
  assertPositive('challengeLifetimeMs', challengeLifetimeMs)
  if (options.unknownImpi) assertUnknownImpi(options.unknownImpi)

  const ring = createSealingRing({ purpose: 'ub opaque' }, { store, clock, random })
  const memory = createChallengeMemory(REMEMBERED_CHALLENGES)
  const challenge = createChallenger(
    { ...options, product, keyLifetimeSeconds, flipsRes },
    { zh, ring, memory, clock, random, log: ubLog },
  )
  const judgeAnswer = createAnswerJudge(
    { bsfName, product, challengeLifetimeMs },
    { store, ring, memory, challenge, zh, clock, log: ubLog },
  )
  const limits = options.challengeLimits && createChallengeLimits(options.challengeLimits, clock)
  const serveUb = createUbService(
    { bsfName, product },
    { challenge, judgeAnswer, store, log: ubLog, ...(limits && { limits }) },
  )
  const tracer = createUbTracer({ trace, clock, end: 'BSF', ueName, bsfName: 'BSF' })
  const sweep = createExpirySweep({ store, clock, log })

  return {
    async handleUb(request, context) {
      const sinceMs = tracer.request(request)
      const response = await serveUb(request, context)
      tracer.response(response, sinceMs)
      sweep()
      return response
    },
    bootstrappingInfo: createZnService(nafs, {
      store,
      clock,
      log: withFields(log, { point: 'Zn' }),
    }),
  }
}

function assertPositive(name: string, value: number): void {
  if (!Number.isInteger(value) || value <= 0) {
    throw new RangeError(`${name} is not a positive whole number`)
  }
}
