/**
 * Server side of mutual authentication, as pure functions. CR 7.5.2, M-1 to M-4. The server keeps
 * nothing between the messages: what it must know is in an `ExchangeState`, which the caller seals,
 * sends as `State` and opens again.
 *
 * Deviation: the session key is made after the client's HASH has verified, where CR 7.5.2 makes it
 * before; an earlier one would be provisional and could not be used (design, chosen deviation (a)).
 */
import type { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { equalOctets } from '../octets/octets.ts'
import { type Algorithm, handshakeAlgorithm } from './algorithms.ts'
import type { ExchangeState } from './exchange-state.ts'
import type { KeyType } from './key-type.ts'
import { type AuthenticateResponse, type ConnectRequest, encodeMessage } from './messages.ts'
import { deriveSessionId, deriveSessionKey } from './session-keys.ts'

/** Life of a State in milliseconds: the half-open handshake of design 12. M-4 */
export const STATE_LIFETIME_MS = 30_000

/** Longest first message of profile cpns-1.0 in octets: it travels whole inside State. */
export const MAX_PLAIN_FIRST_MESSAGE_OCTETS = 1024

/** What the server decides about a ConnectRequest that it accepts. */
export interface ExchangeDecision {
  readonly euKeyId: string
  readonly keyType: KeyType
  readonly algorithm: Algorithm
  /** 16 fresh random octets. */
  readonly randomServer: Uint8Array
  /** Seconds. */
  readonly sessionLifetime: number
  /** UTC milliseconds. */
  readonly nowMs: number
}

/** What the server knows when the client's HASH has come. */
export interface ProofInput {
  /** The AuthenticateResponse as received. */
  readonly octets: Uint8Array
  /** The same, decoded; `agreesWithState` has been asked. */
  readonly message: AuthenticateResponse
  /** What was in its State. */
  readonly state: ExchangeState
  /** Its State as echoed. */
  readonly sealedState: Uint8Array
  /** Sender of the AuthenticateRequest. */
  readonly serverEntityId: EntityId
  /** The EUKey that State names, 32 octets. */
  readonly euKey: Secret
}

/** Whether the client has proved that it knows the EUKey. */
export type ProofVerdict =
  | {
      readonly outcome: 'verified'
      /** 32 octets. */
      readonly sessionKey: Secret
      /** 32 lower-case hex digits. */
      readonly sessionId: string
      /** The answer with the server's own proof, as it is to be sent. */
      readonly connectResponse: Uint8Array
    }
  | { readonly outcome: 'hash-wrong' }

/**
 * Begins an exchange.
 *
 * @param octets The ConnectRequest as received; its digest (in cpns-1.0 itself) enters both HASHes.
 * @throws {InvalidMessage} If profile cpns-1.0 refuses the message.
 * @see M-4
 */
export function openExchange(
  octets: Uint8Array,
  request: ConnectRequest,
  decision: ExchangeDecision,
): ExchangeState {
  const { algorithm, nowMs, ...decided } = decision
  return {
    kind: 'connect',
    firstMessage: keepFirstMessage(octets, request.name, algorithm),
    randomClient: request.randomClient,
    entityId: request.entityId,
    role: request.role,
    ...(request.via !== undefined && { via: request.via }),
    transactionId: request.transactionId,
    algorithm,
    issuedAtMs: nowMs,
    ...decided,
  }
}

/**
 * What State keeps of the first message of an exchange, connect or assignment: its digest, in cpns-1.0 itself.
 *
 * @throws {InvalidMessage} If profile cpns-1.0 refuses the message, or it is too long to be kept.
 * @see M-2, M-4
 */
export function keepFirstMessage(
  octets: Uint8Array,
  name: string,
  algorithm: Algorithm,
): Uint8Array {
  assertFirstMessage(octets, name, algorithm)
  return handshakeAlgorithm(algorithm).keep(octets)
}

/**
 * To be asked before anything is looked up for the message.
 *
 * @throws {InvalidMessage} As `keepFirstMessage`.
 */
export function assertFirstMessage(octets: Uint8Array, name: string, algorithm: Algorithm): void {
  const { assertMessage, keepsWhole } = handshakeAlgorithm(algorithm)
  assertMessage(octets)
  if (keepsWhole && octets.length > MAX_PLAIN_FIRST_MESSAGE_OCTETS) {
    throw new InvalidMessage(`over ${MAX_PLAIN_FIRST_MESSAGE_OCTETS} octets`, name)
  }
}

/**
 * The AuthenticateRequest of an exchange: for sending, and octet for octet the same again when its
 * digest is needed.
 *
 * @param sealedState State as it goes out, or as it was echoed.
 * @see M-4
 */
export function authenticateRequestOf(
  state: ExchangeState,
  sealedState: Uint8Array,
  serverEntityId: EntityId,
): Uint8Array {
  const { transactionId, randomServer, algorithm, sessionLifetime, kdf } = state
  return encodeMessage({
    name: 'AuthenticateRequest',
    transactionId,
    entityId: serverEntityId,
    authReqData: {
      randomServer,
      algorithm,
      sessionLifetime,
      ...(kdf !== undefined && { kdf }),
      state: sealedState,
    },
  })
}

/** Whether an AuthenticateResponse belongs to its State; if not, it is malformed (400). M-4 */
export function agreesWithState(message: AuthenticateResponse, state: ExchangeState): boolean {
  return message.entityId === state.entityId && message.transactionId === state.transactionId
}

/**
 * Verifies the client's HASH, and if it is right makes session key and answer. Identity, key and
 * algorithm come from State only.
 *
 * @throws {InvalidMessage} If profile cpns-1.0 refuses the message.
 * @throws {RangeError} If the EUKey has another length than 32 octets.
 * @see CR 7.5.2, M-2, M-3
 */
export function judgeAuthenticateResponse(input: ProofInput): ProofVerdict {
  const { octets, message, state, euKey, serverEntityId } = input
  const { assertMessage, keep, digestOf, hash } = handshakeAlgorithm(state.algorithm)
  assertMessage(octets)
  const challenge = keep(authenticateRequestOf(state, input.sealedState, serverEntityId))
  const expectedHash = hash(euKey, 'connect-client', [state.firstMessage, challenge])
  if (!equalOctets(message.authResData.hash, expectedHash)) return { outcome: 'hash-wrong' }
  const sessionKey = deriveSessionKey(euKey, {
    randomClient: state.randomClient,
    randomServer: state.randomServer,
    digests: [digestOf(state.firstMessage), digestOf(challenge)],
  })
  const connectResponse = encodeMessage({
    name: 'ConnectResponse',
    transactionId: state.transactionId,
    entityId: serverEntityId,
    status: 200,
    hash: hash(euKey, 'connect-server', [state.firstMessage, challenge, keep(octets)]),
  })
  return {
    outcome: 'verified',
    sessionKey,
    sessionId: deriveSessionId(sessionKey),
    connectResponse,
  }
}
