/**
 * Second half of an assignment: AuthenticateResponse in, EUKeyAssignmentResponse out. CR 7.4.3.1,
 * 7.4.3.2, K-4, M-4, M-5
 */
import type { AuthenticateResponse } from '../cpns/messages.ts'
import { type AssignmentState, judgeAssignment } from '../cpns/server-assignment.ts'
import { STATE_LIFETIME_MS } from '../cpns/server-handshake.ts'
import type { Status } from '../cpns/status.ts'
import { WRAP_IV_LENGTH } from '../cpns/wrapped-eukey.ts'
import { sha256Hex } from '../crypto/hash.ts'
import { Secret } from '../crypto/secret.ts'
import { type RefusalHints, refuseAssignment } from './answers.ts'
import { type Arrival, accountOf } from './arrival.ts'
import { type AttemptSubjects, attemptSubjectsOf, subjectList } from './attempt-subjects.ts'
import type { ServerContext } from './options.ts'
import { passwordPolicyOf } from './password-policy.ts'
import { secondsUntil } from './seconds-until.ts'
import { answerAgain, type TombstoneKey } from './tombstone.ts'
import type { AssignmentCompletion, User } from './user-store.ts'
import type { VerifierFinder } from './users.ts'

/** A proof with the State that came in it, which agrees with message and arrival and is not too old. */
export interface ReceivedProof {
  readonly octets: Uint8Array
  readonly message: AuthenticateResponse
  readonly state: AssignmentState
  /** Of the State. */
  readonly key: TombstoneKey
}

const EUKEY_LENGTH = 32

/**
 * Judges the proof of a password. Each try is counted before it is judged, and given back when it was
 * right; a wrong one changes nothing else. M-5
 */
export async function answerAssignmentProof(
  received: ReceivedProof,
  arrival: Arrival,
  server: ServerContext & { readonly verifiers: VerifierFinder },
): Promise<Uint8Array> {
  const { state, message } = received
  const { options, ports } = server
  const to = { transactionId: message.transactionId, serverEntityId: options.entityId }
  const refuse = (status: Exclude<Status, 200>, hints?: Pick<RefusalHints, 'retryAfter'>) =>
    refuseAssignment(to, status, hints)
  const policy = passwordPolicyOf(options.passwords)
  const subjects = attemptSubjectsOf({ ...state, address: accountOf(arrival) }, policy)
  const nowMs = ports.clock.nowMs()
  const attempt = await ports.store.takeAttempt(subjectList(subjects), policy.delays, nowMs)
  if (attempt.outcome === 'limited') {
    return refuse(429, { retryAfter: secondsUntil(attempt.untilMs, nowMs) })
  }

  const exchange = { point: 'CPNS-2', transactionId: state.transactionId }
  const verifier = await server.verifiers.find(state.userId)
  const verdict = judgeAssignment({
    octets: received.octets,
    message,
    state,
    sealedState: message.authResData.state,
    serverEntityId: options.entityId,
    passwordKeys: verifier.keys,
  })
  if (verdict.outcome === 'hash-wrong' || verifier.user === undefined) {
    ports.log.warn('assignment-refused', {
      ...exchange,
      entityId: state.entityId,
      address: arrival.remoteAddress,
    })
    return refuse(401)
  }
  const completion = completionOf({ received, verdict, user: verifier.user, subjects }, server)
  const outcome = await ports.store.completeAssignment(completion, ports.clock.nowMs())
  if (outcome.outcome === 'completed') {
    ports.log.info('eukey-handed-over', {
      ...exchange,
      entityId: state.entityId,
      keyId: state.euKeyId,
    })
    return completion.tombstone.answer
  }
  if (outcome.outcome === 'already-completed') {
    return answerAgain(received.octets, outcome.tombstone) ?? refuse(409)
  }
  return refuse(REFUSALS[outcome.outcome])
}

const REFUSALS = {
  'state-expired': 408,
  'user-changed': 409,
  'other-owner': 403,
  'not-bound': 403,
} as const

/** CR 7.4.3.1: the EUKey is made when authentication has succeeded, not before. */
function completionOf(
  assignment: {
    readonly received: ReceivedProof
    readonly verdict: Extract<ReturnType<typeof judgeAssignment>, { outcome: 'verified' }>
    readonly user: User
    readonly subjects: AttemptSubjects
  },
  { options, ports }: ServerContext,
): AssignmentCompletion {
  const { received, verdict, user, subjects } = assignment
  const { state, key: tombstoneKey } = received
  const lifetimeSeconds = passwordPolicyOf(options.passwords).euKeyLifetimeSeconds
  const createdAtMs = ports.clock.nowMs()
  const key = Secret.of(ports.random.octets(EUKEY_LENGTH))
  const iv = ports.random.octets(WRAP_IV_LENGTH)
  return {
    tombstone: {
      ...tombstoneKey,
      messageDigest: sha256Hex(received.octets),
      answer: verdict.answer({ euKey: key, lifetimeSeconds, iv }),
    },
    stateExpiresAtMs: state.issuedAtMs + STATE_LIFETIME_MS,
    euKey: {
      id: state.euKeyId,
      entityId: state.entityId,
      owner: { kind: 'user', id: user.userId },
      source: 'assigned',
      keyType: 'assigned',
      key,
      createdAtMs,
      expiresAtMs: createdAtMs + lifetimeSeconds * 1000,
    },
    userChangedAtMs: user.changedAtMs,
    bindFirstUse: options.firstUse === 'bind',
    attempts: {
      forgiven: [subjects.user.name],
      returned: [subjects.entity.name, subjects.address.name],
    },
  }
}
