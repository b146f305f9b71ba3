/**
 * Server side of the assignment of an EUKey with UserID and password, as pure functions. CR 7.4.3.1,
 * 7.4.3.2, M-1, M-2, M-4, M-5. As in mutual authentication the server keeps nothing between the
 * messages: what it must know is in the `ExchangeState` that travels as `State`.
 */
import type { Secret } from '../crypto/secret.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'
import { equalOctets } from '../octets/octets.ts'
import { type Algorithm, handshakeAlgorithm } from './algorithms.ts'
import type { ExchangeState, KdfParameters } from './exchange-state.ts'
import {
  type AuthenticateResponse,
  type EuKeyAssignmentRequest,
  encodeMessage,
} from './messages.ts'
import type { PasswordKeys } from './password-keys.ts'
import { authenticateRequestOf, keepFirstMessage } from './server-handshake.ts'
import { wrapEuKey } from './wrapped-eukey.ts'

/** The state of an assignment, which always has a user and the cost of the password's key. */
export type AssignmentState = ExchangeState & {
  readonly kind: 'assignment'
  readonly userId: UserId
  readonly kdf: KdfParameters
}

/** What the server decides about an EUKeyAssignmentRequest that it accepts. */
export interface AssignmentDecision {
  /** How the request came: from a device of its own, or through a PN GW. */
  readonly role: 'pn-gw' | 'pne'
  /** That PN GW. */
  readonly via?: EntityId
  /** KeyID of the EUKey that may be made. */
  readonly euKeyId: string
  readonly kdf: KdfParameters
  readonly algorithm: Algorithm
  /** 16 fresh random octets. */
  readonly randomServer: Uint8Array
  /** Seconds that a session under the EUKey will last. */
  readonly sessionLifetime: number
  /** UTC milliseconds. */
  readonly nowMs: number
}

/** What the server knows when the client's HASH has come. */
export interface AssignmentProof {
  /** The AuthenticateResponse as received. */
  readonly octets: Uint8Array
  /** The same, decoded; `agreesWithState` has been asked. */
  readonly message: AuthenticateResponse
  /** What was in its State. */
  readonly state: AssignmentState
  /** Its State as echoed. */
  readonly sealedState: Uint8Array
  /** Sender of the AuthenticateRequest. */
  readonly serverEntityId: EntityId
  /** Of the user that State names. */
  readonly passwordKeys: PasswordKeys
}

/** The EUKey to hand over. */
export interface AssignedKey {
  /** 32 random octets. */
  readonly euKey: Secret
  readonly lifetimeSeconds: number
  /** 12 random octets. */
  readonly iv: Uint8Array
}

/** Whether the client has proved that it knows the password. */
export type AssignmentVerdict =
  | {
      readonly outcome: 'verified'
      /** The EUKeyAssignmentResponse with the EUKey, as it is to be sent. */
      answer(key: AssignedKey): Uint8Array
    }
  | { readonly outcome: 'hash-wrong' }

/**
 * Begins an assignment.
 *
 * @param octets The EUKeyAssignmentRequest as received; its digest (in cpns-1.0 itself) enters both HASHes.
 * @throws {InvalidMessage} If profile cpns-1.0 refuses the message.
 * @see M-4, M-5
 */
export function openAssignment(
  octets: Uint8Array,
  request: EuKeyAssignmentRequest,
  decision: AssignmentDecision,
): AssignmentState {
  const { algorithm, nowMs, ...decided } = decision
  return {
    kind: 'assignment',
    firstMessage: keepFirstMessage(octets, request.name, algorithm),
    randomClient: request.randomClient,
    entityId: request.entityId,
    userId: request.userId,
    keyType: 'assigned',
    transactionId: request.transactionId,
    algorithm,
    issuedAtMs: nowMs,
    ...decided,
  }
}

/** Whether a state is one that `openAssignment` made. */
export function isAssignment(state: ExchangeState): state is AssignmentState {
  return state.kind === 'assignment' && state.userId !== undefined && state.kdf !== undefined
}

/**
 * Verifies the client's HASH. Identity, user and algorithm come from State only.
 *
 * @throws {InvalidMessage} If profile cpns-1.0 refuses the message.
 * @throws {RangeError} If authKey has another length than 32 octets.
 * @see CR 7.4.3.1, M-2, M-5
 */
export function judgeAssignment(proof: AssignmentProof): AssignmentVerdict {
  const { octets, message, state, passwordKeys, serverEntityId } = proof
  const { assertMessage, keep, hash } = handshakeAlgorithm(state.algorithm)
  assertMessage(octets)
  const challenge = keep(authenticateRequestOf(state, proof.sealedState, serverEntityId))
  const kept = [state.firstMessage, challenge] as const
  const expectedHash = hash(passwordKeys.authKey, 'assignment-client', kept)
  if (!equalOctets(message.authResData.hash, expectedHash)) return { outcome: 'hash-wrong' }
  const transcript = [...kept, keep(octets)] as const
  return { outcome: 'verified', answer: (key) => answerOf(proof, transcript, key) }
}

/** CR 7.4.3.2 */
function answerOf(
  { state, serverEntityId, passwordKeys }: AssignmentProof,
  kept: readonly [Uint8Array, Uint8Array, Uint8Array],
  { euKey, lifetimeSeconds, iv }: AssignedKey,
): Uint8Array {
  const { digestOf, hash } = handshakeAlgorithm(state.algorithm)
  const { randomClient, randomServer, entityId, userId, euKeyId: keyId } = state
  const digests = [digestOf(kept[0]), digestOf(kept[1]), digestOf(kept[2])] as const
  const context = { randomClient, randomServer, digests, entityId, userId, keyId, iv }
  const wrapped = wrapEuKey(passwordKeys.wrapBase, { ...context, lifetimeSeconds }, euKey)
  return encodeMessage({
    name: 'EUKeyAssignmentResponse',
    transactionId: state.transactionId,
    entityId: serverEntityId,
    status: 200,
    hash: hash(passwordKeys.authKey, 'assignment-server', kept),
    encryptedEuKey: { algorithm: 'AES-256-GCM', keyId, lifetime: lifetimeSeconds, iv, wrapped },
  })
}
