/**
 * Second half of an exchange: AuthenticateResponse in; a ConnectResponse out, or what assignment answers.
 * CR 7.5.2, M-4
 */
import { handshakeAlgorithm } from '../cpns/algorithms.ts'
import { decodeExchangeState, type ExchangeState } from '../cpns/exchange-state.ts'
import type { AuthenticateResponse } from '../cpns/messages.ts'
import { isAssignment } from '../cpns/server-assignment.ts'
import {
  agreesWithState,
  judgeAuthenticateResponse,
  STATE_LIFETIME_MS,
} from '../cpns/server-handshake.ts'
import type { Status } from '../cpns/status.ts'
import { sha256Hex } from '../crypto/hash.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { type RefusalHints, refuseAssignment, refuseConnect } from './answers.ts'
import { type Arrival, accountOf, agreesWithArrival } from './arrival.ts'
import { answerAssignmentProof } from './assignment-proof.ts'
import type { EuKeyFinder, EuKeysOfState } from './eukeys.ts'
import type { ServerContext } from './options.ts'
import type {
  EuKey,
  HandshakeCompletion,
  HandshakeOutcome,
  Session,
  Tombstone,
} from './server-store.ts'
import { answerAgain, isOfAssignment, type TombstoneKey, tombstoneKeyOf } from './tombstone.ts'
import type { VerifierFinder } from './users.ts'

/** An answer, and the session if this very message made one. */
export interface ConnectOutcome {
  readonly octets: Uint8Array
  readonly made?: MadeSession
}

/** A session that was just made. */
export interface MadeSession {
  readonly session: Session
  /** Sessions under an EUKey that was replaced: they have ended. */
  readonly endedSessionIds: readonly string[]
  /** A former session under the same EUKey ends no later than that. UTC milliseconds. */
  readonly formerSessionEndsAtMs: number
}

interface Received {
  readonly octets: Uint8Array
  readonly message: AuthenticateResponse
}

/** The clocks of a server's nodes may differ by this much. */
const CLOCK_TOLERANCE_MS = 5_000
/** A former session under the same EUKey still receives for so long. Design 8 */
const FORMER_SESSION_MS = 30_000

/**
 * Judges an AuthenticateResponse. Identity, key and algorithm come from State only; a failed HASH
 * leaves everything as it was; the same octets again get the same answer. M-4
 */
export async function answerAuthenticateResponse(
  received: Received,
  arrival: Arrival,
  server: ServerContext & { readonly euKeys: EuKeyFinder; readonly verifiers: VerifierFinder },
): Promise<ConnectOutcome> {
  const { octets, message } = received
  const { ports } = server
  const sealedState = message.authResData.state
  const opened = await ports.stateRing.open(sealedState)
  if (opened === undefined) return refusal(message, server)(400)
  const state = decodeExchangeState(opened)
  const key = tombstoneKeyOf(state, sealedState)
  const fault = faultOf({ octets, message, state, arrival }, ports.clock.nowMs())
  if (isAssignment(state)) {
    const tombstone = await ports.store.findTombstone(key)
    if (tombstone !== undefined) return repeat(received, tombstone, server)
    const to = { transactionId: message.transactionId, serverEntityId: server.options.entityId }
    if (fault !== undefined) return { octets: refuseAssignment(to, fault) }
    const proof = { octets, message, state, key }
    return { octets: await answerAssignmentProof(proof, arrival, server) }
  }
  const outcome =
    fault === undefined
      ? await finishConnect({ received, state, key, arrival }, server)
      : { refused: fault }
  if (!('refused' in outcome)) return outcome
  // Whatever is wrong now: what has been answered is answered as it was. A success is never repeated
  // unseen, because its transaction looks for the tombstone itself.
  const tombstone = await ports.store.findTombstone(key)
  if (tombstone !== undefined) return repeat(received, tombstone, server)
  return refusal(message, server)(outcome.refused, outcome.hints)
}

/** What is wrong with a proof before its HASH is looked at. */
function faultOf(
  proof: Received & { readonly state: ExchangeState; readonly arrival: Arrival },
  nowMs: number,
): 400 | 403 | 408 | undefined {
  const { octets, message, state, arrival } = proof
  if (!agreesWithState(message, state) || !isOfProfile(octets, state)) return 400
  const { role, via, entityId, euKeyId: btid } = state
  if (!agreesWithArrival({ role, via, entityId, btid }, arrival)) return 403
  return isAlive(state, nowMs) ? undefined : 408
}

/** Not left to who verifies the HASH: what has been answered is answered as it was, or with 409. M-2, M-4 */
function isOfProfile(octets: Uint8Array, { algorithm }: ExchangeState): boolean {
  try {
    handshakeAlgorithm(algorithm).assertMessage(octets)
    return true
  } catch (error) {
    if (error instanceof InvalidMessage) return false
    throw error
  }
}

async function finishConnect(
  exchange: {
    readonly received: Received
    readonly state: ExchangeState
    readonly key: TombstoneKey
    readonly arrival: Arrival
  },
  server: ServerContext & { readonly euKeys: EuKeyFinder },
): Promise<ConnectOutcome | Refused> {
  const { received, state, key, arrival } = exchange
  const { ports } = server
  const found = await server.euKeys.forState(state, accountOf(arrival))
  if (found.outcome !== 'found') return busyRefusalOf(found)
  if (found.euKeys.length === 0) return { refused: 409 }
  const proved = provedKey(found.euKeys, { received, state }, server)
  if (proved === undefined) return { refused: 401 }
  const { euKey, verdict } = proved
  const completion = completionOf(
    { received, key, state, euKey, verdict },
    ports.clock.nowMs(),
    server,
  )
  const outcome = await ports.store.completeHandshake(completion, ports.clock.nowMs())
  if (outcome.outcome === 'already-completed') return repeat(received, outcome.tombstone, server)
  return conclude(completion, outcome)
}

/** 429 and 503, as at the beginning of an exchange. M-6 */
function busyRefusalOf(found: Exclude<EuKeysOfState, { readonly outcome: 'found' }>): Refused {
  return found.outcome === 'limited'
    ? { refused: 429, hints: { retryAfter: found.retryAfterSeconds } }
    : { refused: 503, hints: { retryAfter: 1 } }
}

/** The key that the HASH was made with, and the verdict. */
function provedKey(
  euKeys: readonly EuKey[],
  { received, state }: { readonly received: Received; readonly state: ExchangeState },
  { options }: ServerContext,
): { readonly euKey: EuKey; readonly verdict: Verified } | undefined {
  const { octets, message } = received
  for (const euKey of euKeys) {
    const verdict = judgeAuthenticateResponse({
      octets,
      message,
      state,
      sealedState: message.authResData.state,
      serverEntityId: options.entityId,
      euKey: euKey.key,
    })
    if (verdict.outcome === 'verified') return { euKey, verdict }
  }
  return undefined
}

type Verified = Extract<ReturnType<typeof judgeAuthenticateResponse>, { outcome: 'verified' }>

type Refuse = (status: Exclude<Status, 200>, hints?: RefusalHints) => ConnectOutcome

interface Refused {
  readonly refused: Exclude<Status, 200>
  readonly hints?: RefusalHints
}

function refusal(message: AuthenticateResponse, { options }: ServerContext): Refuse {
  const to = { transactionId: message.transactionId, serverEntityId: options.entityId }
  return (status, hints) => ({ octets: refuseConnect(to, status, hints) })
}

/** The same octets get the same answer, anything else with that State is a conflict. M-4 */
function repeat(
  { octets, message }: Received,
  tombstone: Tombstone,
  { options }: ServerContext,
): ConnectOutcome {
  const to = { transactionId: message.transactionId, serverEntityId: options.entityId }
  const refuse = isOfAssignment(tombstone) ? refuseAssignment : refuseConnect
  return { octets: answerAgain(octets, tombstone) ?? refuse(to, 409) }
}

function isAlive(state: ExchangeState, nowMs: number): boolean {
  const ageMs = nowMs - state.issuedAtMs
  return ageMs >= -CLOCK_TOLERANCE_MS && ageMs <= STATE_LIFETIME_MS
}

function completionOf(
  exchange: {
    readonly received: Received
    readonly key: TombstoneKey
    readonly state: ExchangeState
    readonly euKey: EuKey
    readonly verdict: Verified
  },
  nowMs: number,
  { options }: ServerContext,
): HandshakeCompletion {
  const { received, key, state, euKey, verdict } = exchange
  return {
    tombstone: {
      ...key,
      messageDigest: sha256Hex(received.octets),
      answer: verdict.connectResponse,
    },
    stateExpiresAtMs: state.issuedAtMs + STATE_LIFETIME_MS,
    euKey,
    bindFirstUse: options.firstUse === 'bind',
    session: {
      sessionId: verdict.sessionId,
      entityId: state.entityId,
      role: state.role,
      ...(state.via !== undefined && { via: state.via }),
      euKeyId: euKey.id,
      sessionKey: verdict.sessionKey,
      createdAtMs: nowMs,
      expiresAtMs: Math.min(nowMs + state.sessionLifetime * 1000, euKey.expiresAtMs),
    },
    formerSessionEndsAtMs: nowMs + FORMER_SESSION_MS,
  }
}

function conclude(
  completion: HandshakeCompletion,
  outcome: Exclude<HandshakeOutcome, { outcome: 'already-completed' }>,
): ConnectOutcome | Refused {
  if (outcome.outcome === 'completed') {
    const { session, formerSessionEndsAtMs, tombstone } = completion
    const { endedSessionIds } = outcome
    return { octets: tombstone.answer, made: { session, endedSessionIds, formerSessionEndsAtMs } }
  }
  return { refused: REFUSALS[outcome.outcome] }
}

const REFUSALS = {
  'state-expired': 408,
  'eukey-changed': 409,
  'other-owner': 403,
  'not-bound': 403,
} as const
