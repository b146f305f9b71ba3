/**
 * Client side (PN GW or PNE) of mutual authentication: a pure state machine. CR 7.5.2, M-1 to M-4.
 * Messages and time go in, octets to send and the outcome come out. The EUKey is not here: what it is
 * needed for is asked of an `EuKeyProver` (K-1), and its answers come in as events.
 */
import type { Secret } from '../crypto/secret.ts'
import { InvalidMessage, UnexpectedMessage } from '../errors/errors.ts'
import type { Btid } from '../identity/btid.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { type Algorithm, handshakeAlgorithm } from './algorithms.ts'
import { assertTransaction, type Refusal, refusalIn } from './client-handshake-refusal.ts'
import type { ConnectConfirmation, ConnectProof } from './eukey-prover.ts'
import type { KeyType } from './key-type.ts'
import { type AuthenticateRequest, decodeMessage, encodeMessage } from './messages.ts'
import { deriveSessionId } from './session-keys.ts'

/** Begins an exchange. */
export interface StartEvent {
  readonly kind: 'start'
  /** 1 to 64 characters; in cpns-1.0 of A-Z, a-z, 0-9, ".", "_" and "-". */
  readonly transactionId: string
  /** 16 fresh random octets, from the prover. */
  readonly randomClient: Uint8Array
  readonly entityId: EntityId
  readonly role: 'pn-gw' | 'pne'
  /** A PNE's PN GW. */
  readonly via?: EntityId
  readonly btid?: Btid
  readonly keyType: KeyType
  /** Offered, best first. */
  readonly algorithms: readonly Algorithm[]
}

/** What can happen to an exchange. */
export type ClientEvent =
  | StartEvent
  /** A message of the server, as received. */
  | { readonly kind: 'message'; readonly octets: Uint8Array }
  /** HASH of the client. */
  | { readonly kind: 'proved'; readonly hash: Uint8Array }
  /** The session key, 32 octets; `undefined` if the HASH of the server is wrong. */
  | { readonly kind: 'confirmed'; readonly sessionKey: Secret | undefined }
  /** The server did not answer in time. */
  | { readonly kind: 'timeout' }

/** Where an exchange is; each state holds only what the next step needs. */
export type ClientState =
  | { readonly name: 'idle' }
  | {
      readonly name: 'awaiting-challenge'
      readonly start: StartEvent
      readonly connectRequest: Uint8Array
    }
  | {
      readonly name: 'proving'
      readonly exchange: ChallengedExchange
      readonly sealedState: Uint8Array
    }
  | {
      readonly name: 'awaiting-confirmation'
      readonly exchange: ChallengedExchange
      /** AuthenticateResponse, as the algorithm keeps messages. */
      readonly kept: Uint8Array
    }
  | { readonly name: 'confirming'; readonly sessionLifetimeSeconds: number }
  | { readonly name: 'connected' }
  | { readonly name: 'failed' }

/** What is known from the AuthenticateRequest on. */
interface ChallengedExchange {
  readonly transactionId: string
  readonly entityId: EntityId
  readonly serverEntityId: EntityId
  readonly sessionLifetimeSeconds: number
  readonly proof: ConnectProof
}

/** Both sides have proved that they know the EUKey. */
export interface ClientConnected {
  readonly kind: 'connected'
  /** 32 octets. */
  readonly sessionKey: Secret
  /** 32 lower-case hex digits. */
  readonly sessionId: string
  readonly sessionLifetimeSeconds: number
}

/** There is no session. */
export interface ClientFailed extends Partial<Refusal> {
  readonly kind: 'failed'
  /**
   * `refused`: by the server, with `status`.
   * `algorithm-not-offered` and `server-hash-wrong`: the peer is not the server, or not honest.
   */
  readonly reason: 'refused' | 'timeout' | 'algorithm-not-offered' | 'server-hash-wrong'
}

/** How an exchange ended. */
export type ClientOutcome = ClientConnected | ClientFailed

/** What the EUKey is needed for; the answer is the event `proved` or `confirmed`. */
export type ProverTask =
  | { readonly kind: 'prove'; readonly proof: ConnectProof }
  | { readonly kind: 'confirm'; readonly confirmation: ConnectConfirmation }

/** The next state, and what the caller must do. */
export interface ClientStep {
  readonly state: ClientState
  /** Octets to send. */
  readonly send?: Uint8Array
  readonly ask?: ProverTask
  readonly outcome?: ClientOutcome
}

/** Where an exchange begins. */
export const IDLE: ClientState = { name: 'idle' }

/**
 * One step. The state that was given stays as it is, so a message that throws changes nothing.
 *
 * @throws {InvalidMessage} If octets are no message, or one of another exchange or sender.
 * @throws {UnexpectedMessage} If the state does not allow the event.
 * @see CR 7.5.2
 */
export function step(state: ClientState, event: ClientEvent): ClientStep {
  switch (state.name) {
    case 'idle':
      if (event.kind === 'start') return sendConnectRequest(event)
      break
    case 'awaiting-challenge':
      if (event.kind === 'timeout') return fail({ reason: 'timeout' })
      if (event.kind === 'message') return takeChallenge(state, event.octets)
      break
    case 'proving':
      if (event.kind === 'timeout') return fail({ reason: 'timeout' })
      if (event.kind === 'proved') return sendProof(state, event.hash)
      break
    case 'awaiting-confirmation':
      if (event.kind === 'timeout') return fail({ reason: 'timeout' })
      if (event.kind === 'message') return takeConfirmation(state, event.octets)
      break
    case 'confirming':
      if (event.kind === 'timeout') return fail({ reason: 'timeout' })
      if (event.kind === 'confirmed') return conclude(state, event.sessionKey)
      break
    case 'connected':
    case 'failed':
      break
  }
  throw new UnexpectedMessage(state.name, event.kind)
}

type State<N extends ClientState['name']> = Extract<ClientState, { name: N }>

function sendConnectRequest(start: StartEvent): ClientStep {
  const connectRequest = encodeMessage({
    name: 'ConnectRequest',
    transactionId: start.transactionId,
    entityId: start.entityId,
    randomClient: start.randomClient,
    role: start.role,
    ...(start.via !== undefined && { via: start.via }),
    ...(start.btid !== undefined && { btid: start.btid }),
    keyType: start.keyType,
    algorithms: start.algorithms,
  })
  return { state: { name: 'awaiting-challenge', start, connectRequest }, send: connectRequest }
}

function takeChallenge(state: State<'awaiting-challenge'>, octets: Uint8Array): ClientStep {
  const message = decodeMessage(octets)
  assertTransaction(message, state.start.transactionId)
  if (message.name === 'AuthenticateRequest') return askForProof(state, octets, message)
  const refusal = refusalIn(message)
  if (refusal !== undefined) return fail({ reason: 'refused', ...refusal })
  throw new UnexpectedMessage(state.name, message.name)
}

/** What the HASH of the client covers: both random numbers and both messages. CR 7.5.2 */
function askForProof(
  { start, connectRequest }: State<'awaiting-challenge'>,
  octets: Uint8Array,
  message: AuthenticateRequest,
): ClientStep {
  const { randomServer, sessionLifetime, state: sealedState } = message.authReqData
  const algorithm = start.algorithms.find((offered) => offered === message.authReqData.algorithm)
  if (algorithm === undefined) return fail({ reason: 'algorithm-not-offered' })
  const { assertMessage, keep } = handshakeAlgorithm(algorithm)
  assertMessage(octets)
  const { transactionId, entityId, randomClient } = start
  const kept = [keep(connectRequest), keep(octets)] as const
  const proof = { algorithm, randomClient, randomServer, kept }
  const exchange = {
    transactionId,
    entityId,
    serverEntityId: message.entityId,
    sessionLifetimeSeconds: sessionLifetime,
    proof,
  }
  return { state: { name: 'proving', exchange, sealedState }, ask: { kind: 'prove', proof } }
}

function sendProof({ exchange, sealedState }: State<'proving'>, hash: Uint8Array): ClientStep {
  const { transactionId, entityId, proof } = exchange
  const authenticateResponse = encodeMessage({
    name: 'AuthenticateResponse',
    transactionId,
    entityId,
    authResData: { hash, state: sealedState },
  })
  const kept = handshakeAlgorithm(proof.algorithm).keep(authenticateResponse)
  return { state: { name: 'awaiting-confirmation', exchange, kept }, send: authenticateResponse }
}

function takeConfirmation(state: State<'awaiting-confirmation'>, octets: Uint8Array): ClientStep {
  const message = decodeMessage(octets)
  assertTransaction(message, state.exchange.transactionId)
  // An Error may come from the PN GW between a PNE and the server.
  if (message.name === 'ConnectResponse' && message.entityId !== state.exchange.serverEntityId) {
    throw new InvalidMessage('not the sender of the AuthenticateRequest', 'EntityID')
  }
  const refusal = refusalIn(message)
  if (refusal !== undefined) return fail({ reason: 'refused', ...refusal })
  if (message.name !== 'ConnectResponse') throw new UnexpectedMessage(state.name, message.name)
  const { proof, sessionLifetimeSeconds } = state.exchange
  const confirmation = { proof, kept: state.kept, serverHash: message.hash ?? NOTHING }
  return {
    state: { name: 'confirming', sessionLifetimeSeconds },
    ask: { kind: 'confirm', confirmation },
  }
}

const NOTHING = new Uint8Array(0)

/** CR 7.5.2: there is a session only when the server's HASH has verified. */
function conclude(
  { sessionLifetimeSeconds }: State<'confirming'>,
  sessionKey: Secret | undefined,
): ClientStep {
  if (sessionKey === undefined) return fail({ reason: 'server-hash-wrong' })
  const sessionId = deriveSessionId(sessionKey)
  return {
    state: { name: 'connected' },
    outcome: { kind: 'connected', sessionKey, sessionId, sessionLifetimeSeconds },
  }
}

function fail(failure: Omit<ClientFailed, 'kind'>): ClientStep {
  return { state: { name: 'failed' }, outcome: { kind: 'failed', ...failure } }
}
