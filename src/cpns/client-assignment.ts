/**
 * Client side (PN GW or PNE) of the assignment of an EUKey with UserID and password: a pure state
 * machine. CR 7.4.3.1, 7.4.3.2, M-1, M-2, M-5. The password is not here: what it is needed for is asked
 * for, and the keys that come of it come in as an event.
 */
import type { Secret } from '../crypto/secret.ts'
import { InvalidMessage, UnexpectedMessage } from '../errors/errors.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'
import { equalOctets } from '../octets/octets.ts'
import { type Algorithm, handshakeAlgorithm } from './algorithms.ts'
import { assertTransaction, type Refusal, refusalIn } from './client-handshake-refusal.ts'
import type { KdfParameters } from './exchange-state.ts'
import {
  type AuthenticateRequest,
  decodeMessage,
  type EuKeyAssignmentResponse,
  encodeMessage,
} from './messages.ts'
import { isAcceptedCost, type PasswordKeys } from './password-keys.ts'
import { unwrapEuKey } from './wrapped-eukey.ts'

/** Begins an assignment. */
export interface AssignmentStart {
  readonly kind: 'start'
  /** 1 to 64 characters; in cpns-1.0 of A-Z, a-z, 0-9, ".", "_" and "-". */
  readonly transactionId: string
  /** 16 fresh random octets. */
  readonly randomClient: Uint8Array
  /** The device that the EUKey is for. */
  readonly entityId: EntityId
  readonly userId: UserId
  /** Offered, best first. */
  readonly algorithms: readonly Algorithm[]
  /** Of the trigger that this answers, 16 octets. M-7 */
  readonly nonce?: Uint8Array
}

/** What can happen to an assignment. */
export type AssignmentEvent =
  | AssignmentStart
  /** A message of the server, as received. */
  | { readonly kind: 'message'; readonly octets: Uint8Array }
  /** What the password gives with the salt and cost that were asked for. */
  | { readonly kind: 'derived'; readonly keys: PasswordKeys }
  /** The server did not answer in time. */
  | { readonly kind: 'timeout' }

/** Where an assignment is; each state holds only what the next step needs. */
export type AssignmentClientState =
  | { readonly name: 'idle' }
  | {
      readonly name: 'awaiting-challenge'
      readonly start: AssignmentStart
      readonly request: Uint8Array
    }
  | {
      readonly name: 'deriving'
      readonly exchange: Challenged
      readonly sealedState: Uint8Array
    }
  | {
      readonly name: 'awaiting-eukey'
      readonly exchange: Challenged
      readonly keys: PasswordKeys
      /** AuthenticateResponse, as the algorithm keeps messages. */
      readonly kept: Uint8Array
    }
  | { readonly name: 'assigned' }
  | { readonly name: 'failed' }

/** What is known from the AuthenticateRequest on. */
interface Challenged {
  readonly start: AssignmentStart
  readonly serverEntityId: EntityId
  readonly algorithm: Algorithm
  readonly randomServer: Uint8Array
  /** EUKeyAssignmentRequest and AuthenticateRequest, as the algorithm keeps messages. */
  readonly kept: readonly [Uint8Array, Uint8Array]
}

/** The server has proved that it knows the password's keys, and handed an EUKey over. */
export interface AssignmentDone {
  readonly kind: 'assigned'
  /** Id of the EUKey. */
  readonly keyId: string
  /** 32 octets. */
  readonly euKey: Secret
  readonly lifetimeSeconds: number
}

/** There is no EUKey. */
export interface AssignmentFailed extends Partial<Refusal> {
  readonly kind: 'failed'
  /**
   * `refused`: by the server, with `status`.
   * `cost-not-accepted`: the server asks for a cost that makes guessing cheap, or exhausts the client.
   * The others: the peer is not the server, or not honest.
   */
  readonly reason:
    | 'refused'
    | 'timeout'
    | 'algorithm-not-offered'
    | 'cost-not-accepted'
    | 'server-hash-wrong'
    | 'eukey-not-opened'
}

/** How an assignment ended. */
export type AssignmentOutcome = AssignmentDone | AssignmentFailed

/** The next state, and what the caller must do. */
export interface AssignmentStep {
  readonly state: AssignmentClientState
  /** Octets to send. */
  readonly send?: Uint8Array
  /** Salt and cost to derive the password's keys with; the answer is the event `derived`. */
  readonly derive?: KdfParameters
  readonly outcome?: AssignmentOutcome
}

/** Where an assignment begins. */
export const ASSIGNMENT_IDLE: AssignmentClientState = { name: 'idle' }

/**
 * One step. The state that was given stays as it is, so a message that throws changes nothing.
 *
 * @throws {InvalidMessage} If octets are no message, or one of another exchange or sender.
 * @throws {UnexpectedMessage} If the state does not allow the event.
 * @see CR 7.4.3.1, 7.4.3.2
 */
export function assignmentStep(
  state: AssignmentClientState,
  event: AssignmentEvent,
): AssignmentStep {
  switch (state.name) {
    case 'idle':
      if (event.kind === 'start') return sendRequest(event)
      break
    case 'awaiting-challenge':
      if (event.kind === 'timeout') return fail({ reason: 'timeout' })
      if (event.kind === 'message') return takeChallenge(state, event.octets)
      break
    case 'deriving':
      if (event.kind === 'timeout') return fail({ reason: 'timeout' })
      if (event.kind === 'derived') return sendProof(state, event.keys)
      break
    case 'awaiting-eukey':
      if (event.kind === 'timeout') return fail({ reason: 'timeout' })
      if (event.kind === 'message') return takeAnswer(state, event.octets)
      break
    case 'assigned':
    case 'failed':
      break
  }
  throw new UnexpectedMessage(state.name, event.kind)
}

type State<N extends AssignmentClientState['name']> = Extract<AssignmentClientState, { name: N }>

function sendRequest(start: AssignmentStart): AssignmentStep {
  const { transactionId, entityId, userId, randomClient, algorithms, nonce } = start
  const request = encodeMessage({
    name: 'EUKeyAssignmentRequest',
    transactionId,
    entityId,
    userId,
    randomClient,
    algorithms,
    ...(nonce !== undefined && { nonce }),
  })
  return { state: { name: 'awaiting-challenge', start, request }, send: request }
}

function takeChallenge(state: State<'awaiting-challenge'>, octets: Uint8Array): AssignmentStep {
  const message = decodeMessage(octets)
  assertTransaction(message, state.start.transactionId)
  if (message.name === 'AuthenticateRequest') return askForKeys(state, octets, message)
  const refusal = refusalIn(message)
  if (refusal !== undefined) return fail({ reason: 'refused', ...refusal })
  throw new UnexpectedMessage(state.name, message.name)
}

function askForKeys(
  { start, request }: State<'awaiting-challenge'>,
  octets: Uint8Array,
  message: AuthenticateRequest,
): AssignmentStep {
  const { randomServer, kdf, state: sealedState } = message.authReqData
  const algorithm = start.algorithms.find((offered) => offered === message.authReqData.algorithm)
  if (algorithm === undefined) return fail({ reason: 'algorithm-not-offered' })
  if (kdf === undefined) throw new InvalidMessage('missing', 'KDF')
  if (!isAcceptedCost(kdf)) return fail({ reason: 'cost-not-accepted' })
  const { assertMessage, keep } = handshakeAlgorithm(algorithm)
  assertMessage(octets)
  const kept = [keep(request), keep(octets)] as const
  const exchange = { start, serverEntityId: message.entityId, algorithm, randomServer, kept }
  return { state: { name: 'deriving', exchange, sealedState }, derive: kdf }
}

function sendProof(
  { exchange, sealedState }: State<'deriving'>,
  keys: PasswordKeys,
): AssignmentStep {
  const { start, algorithm } = exchange
  const { keep, hash } = handshakeAlgorithm(algorithm)
  const response = encodeMessage({
    name: 'AuthenticateResponse',
    transactionId: start.transactionId,
    entityId: start.entityId,
    authResData: {
      hash: hash(keys.authKey, 'assignment-client', exchange.kept),
      state: sealedState,
    },
  })
  const kept = keep(response)
  return { state: { name: 'awaiting-eukey', exchange, keys, kept }, send: response }
}

function takeAnswer(state: State<'awaiting-eukey'>, octets: Uint8Array): AssignmentStep {
  const message = decodeMessage(octets)
  assertTransaction(message, state.exchange.start.transactionId)
  // An Error may come from the PN GW between a PNE and the server.
  if (message.name !== 'Error' && message.entityId !== state.exchange.serverEntityId) {
    throw new InvalidMessage('not the sender of the AuthenticateRequest', 'EntityID')
  }
  const refusal = refusalIn(message)
  if (refusal !== undefined) return fail({ reason: 'refused', ...refusal })
  if (message.name === 'EUKeyAssignmentResponse') return openEuKey(state, message)
  throw new UnexpectedMessage(state.name, message.name)
}

/** CR 7.4.3.2; the HASH first, so that nothing of a peer without the password's keys is decrypted. M-5 */
function openEuKey(
  { exchange, keys, kept }: State<'awaiting-eukey'>,
  { hash: serverHash = NOTHING, encryptedEuKey }: EuKeyAssignmentResponse,
): AssignmentStep {
  const { start, algorithm, randomServer } = exchange
  const { hash, digestOf } = handshakeAlgorithm(algorithm)
  const [request, challenge] = exchange.kept
  const transcript = [request, challenge, kept]
  if (!equalOctets(serverHash, hash(keys.authKey, 'assignment-server', transcript))) {
    return fail({ reason: 'server-hash-wrong' })
  }
  if (encryptedEuKey === undefined) return fail({ reason: 'eukey-not-opened' })
  const { keyId, lifetime: lifetimeSeconds, iv, wrapped } = encryptedEuKey
  const { randomClient, entityId, userId } = start
  const digests = [digestOf(request), digestOf(challenge), digestOf(kept)] as const
  const context = { randomClient, randomServer, digests, entityId, userId, keyId, iv }
  const euKey = unwrapEuKey(keys.wrapBase, { ...context, lifetimeSeconds }, wrapped)
  if (euKey === undefined) return fail({ reason: 'eukey-not-opened' })
  const outcome = { kind: 'assigned', keyId, euKey, lifetimeSeconds } as const
  return { state: { name: 'assigned' }, outcome }
}

const NOTHING = new Uint8Array(0)

function fail(failure: Omit<AssignmentFailed, 'kind'>): AssignmentStep {
  return { state: { name: 'failed' }, outcome: { kind: 'failed', ...failure } }
}
