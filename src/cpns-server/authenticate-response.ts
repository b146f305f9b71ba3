/** Second half of mutual authentication: AuthenticateResponse in, ConnectResponse out. CR 7.5.2, M-4 */
import { decodeExchangeState, type ExchangeState } from '../cpns/exchange-state.ts'
import type { AuthenticateResponse } from '../cpns/messages.ts'
import {
  agreesWithState,
  judgeAuthenticateResponse,
  STATE_LIFETIME_MS,
} from '../cpns/server-handshake.ts'
import type { Status } from '../cpns/status.ts'
import { sha256 } from '../crypto/hash.ts'
import { toHex } from '../octets/octets.ts'
import { refuseConnect } from './answers.ts'
import { type Arrival, agreesWithArrival } from './arrival.ts'
import type { EuKeyFinder } from './eukeys.ts'
import type { ServerContext } from './options.ts'
import type {
  EuKey,
  HandshakeCompletion,
  HandshakeOutcome,
  Session,
  Tombstone,
} from './server-store.ts'

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

/** How long a tombstone outlives its State. M-4 */
const TOMBSTONE_MARGIN_MS = 60_000
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
  server: ServerContext & { readonly euKeys: EuKeyFinder },
): Promise<ConnectOutcome> {
  const { message } = received
  const { ports } = server
  const refuse = refusal(message, server)
  const sealedState = message.authResData.state
  const stateDigest = toHex(sha256(sealedState))
  const tombstone = await ports.store.findTombstone(stateDigest)
  if (tombstone !== undefined) return answerAgain(received, tombstone, refuse)

  const opened = await ports.stateRing.open(sealedState)
  if (opened === undefined) return refuse(400)
  const state = decodeExchangeState(opened)
  if (state.kind !== 'connect' || !agreesWithState(message, state)) return refuse(400)
  if (!agreesWithArrival({ ...state, btid: state.euKeyId }, arrival)) return refuse(403)
  if (!isAlive(state, ports.clock.nowMs())) return refuse(408)
  const euKey = await server.euKeys.forState(state, arrival.remoteAddress)
  if (euKey === undefined) return refuse(409)

  const verdict = judgeAuthenticateResponse({
    octets: received.octets,
    message,
    state,
    sealedState,
    serverEntityId: server.options.entityId,
    euKey: euKey.key,
  })
  if (verdict.outcome === 'hash-wrong') return refuse(401)
  const completion = completionOf(
    { received, stateDigest, state, euKey, verdict },
    ports.clock.nowMs(),
    server,
  )
  const outcome = await ports.store.completeHandshake(completion, ports.clock.nowMs())
  return conclude({ received, completion, refuse }, outcome)
}

type Refuse = (status: Exclude<Status, 200>) => ConnectOutcome

function refusal(message: AuthenticateResponse, { options }: ServerContext): Refuse {
  const to = { transactionId: message.transactionId, serverEntityId: options.entityId }
  return (status) => ({ octets: refuseConnect(to, status) })
}

/** The same octets get the same answer, anything else with that State is a conflict. M-4 */
function answerAgain(received: Received, tombstone: Tombstone, refuse: Refuse): ConnectOutcome {
  const isSame = toHex(sha256(received.octets)) === tombstone.messageDigest
  return isSame ? { octets: tombstone.answer } : refuse(409)
}

function isAlive(state: ExchangeState, nowMs: number): boolean {
  const ageMs = nowMs - state.issuedAtMs
  return ageMs >= -CLOCK_TOLERANCE_MS && ageMs <= STATE_LIFETIME_MS
}

function completionOf(
  exchange: {
    readonly received: Received
    readonly stateDigest: string
    readonly state: ExchangeState
    readonly euKey: EuKey
    readonly verdict: Extract<ReturnType<typeof judgeAuthenticateResponse>, { outcome: 'verified' }>
  },
  nowMs: number,
  { options }: ServerContext,
): HandshakeCompletion {
  const { received, stateDigest, state, euKey, verdict } = exchange
  const stateExpiresAtMs = state.issuedAtMs + STATE_LIFETIME_MS
  return {
    tombstone: {
      stateDigest,
      messageDigest: toHex(sha256(received.octets)),
      answer: verdict.connectResponse,
      forgetAfterMs: stateExpiresAtMs + TOMBSTONE_MARGIN_MS,
    },
    stateExpiresAtMs,
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
  exchange: {
    readonly received: Received
    readonly completion: HandshakeCompletion
    readonly refuse: Refuse
  },
  outcome: HandshakeOutcome,
): ConnectOutcome {
  const { received, completion, refuse } = exchange
  if (outcome.outcome === 'completed') {
    const { session, formerSessionEndsAtMs, tombstone } = completion
    const { endedSessionIds } = outcome
    return { octets: tombstone.answer, made: { session, endedSessionIds, formerSessionEndsAtMs } }
  }
  if (outcome.outcome === 'already-completed') {
    return answerAgain(received, outcome.tombstone, refuse)
  }
  return refuse(REFUSALS[outcome.outcome])
}

const REFUSALS = {
  'state-expired': 408,
  'eukey-changed': 409,
  'other-owner': 403,
  'not-bound': 403,
} as const
