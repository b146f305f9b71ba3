/**
 * Client side (PN GW or PNE) of mutual authentication: a pure state machine. CR 7.5.2, M-1 to M-4.
 * Messages and time go in, octets to send and the outcome come out; secrets leave with the state.
 */
import type { Secret } from '../crypto/secret.ts'
import { InvalidMessage, UnexpectedMessage } from '../errors/errors.ts'
import type { Btid } from '../identity/btid.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { equalOctets } from '../octets/octets.ts'
import { type Algorithm, handshakeAlgorithm } from './algorithms.ts'
import type { KeyType } from './key-type.ts'
import {
  type AuthenticateRequest,
  type ConnectResponse,
  type CpnsMessage,
  decodeMessage,
  encodeMessage,
} from './messages.ts'
import { deriveSessionId, deriveSessionKey } from './session-keys.ts'
import type { Status } from './status.ts'

/** Begins an exchange. */
export interface StartEvent {
  readonly kind: 'start'
  /** 1 to 64 characters; in cpns-1.0 of A-Z, a-z, 0-9, ".", "_" and "-". */
  readonly transactionId: string
  /** 16 fresh random octets. */
  readonly randomClient: Uint8Array
  readonly entityId: EntityId
  readonly role: 'pn-gw' | 'pne'
  /** A PNE's PN GW. */
  readonly via?: EntityId
  readonly btid?: Btid
  readonly keyType: KeyType
  /** Offered, best first. */
  readonly algorithms: readonly Algorithm[]
  /** 32 octets; belongs to the caller, who may wipe it once the exchange has an outcome. */
  readonly euKey: Secret
}

/** What can happen to an exchange. */
export type ClientEvent =
  | StartEvent
  /** A message of the server, as received. */
  | { readonly kind: 'message'; readonly octets: Uint8Array }
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
      readonly name: 'awaiting-confirmation'
      readonly transactionId: string
      readonly serverEntityId: EntityId
      readonly expectedHash: Uint8Array
      /** Provisional until the server's HASH has verified. */
      readonly session: ClientConnected
    }
  | { readonly name: 'connected' }
  | { readonly name: 'failed' }

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
export interface ClientFailed {
  readonly kind: 'failed'
  /**
   * `refused`: by the server, with `status`; not authenticated, so believe only what M-8 lets you.
   * `algorithm-not-offered` and `server-hash-wrong`: the peer is not the server, or not honest.
   */
  readonly reason: 'refused' | 'timeout' | 'algorithm-not-offered' | 'server-hash-wrong'
  readonly status?: Status
  /** Beside a 402; must equal what is configured. Design 4 */
  readonly hints?: Pick<ConnectResponse, 'bsf' | 'naf' | 'uaId'>
  /** Beside a 421. K-1 */
  readonly keyType?: KeyType
  /** Seconds, beside a 429 or 503. */
  readonly retryAfter?: number
}

/** How an exchange ended. */
export type ClientOutcome = ClientConnected | ClientFailed

/** The next state, and what the caller must do. */
export interface ClientStep {
  readonly state: ClientState
  /** Octets to send. */
  readonly send?: Uint8Array
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
    case 'awaiting-confirmation':
      if (event.kind === 'timeout') return abandon(state, { reason: 'timeout' })
      if (event.kind === 'message') return takeConfirmation(state, event.octets)
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
  if (message.name === 'AuthenticateRequest') return proveEuKey(state, octets, message)
  const refusal = refusalIn(message)
  if (refusal !== undefined) return fail(refusal)
  throw new UnexpectedMessage(state.name, message.name)
}

/** CR 7.5.2: session key and HASH from both random numbers, both messages and the EUKey. */
function proveEuKey(
  { start, connectRequest }: State<'awaiting-challenge'>,
  octets: Uint8Array,
  message: AuthenticateRequest,
): ClientStep {
  const { randomServer, sessionLifetime, state: sealedState } = message.authReqData
  const algorithm = start.algorithms.find((offered) => offered === message.authReqData.algorithm)
  if (algorithm === undefined) return fail({ reason: 'algorithm-not-offered' })
  const { assertMessage, keep, digestOf, hash } = handshakeAlgorithm(algorithm)
  assertMessage(octets)
  const kept = [keep(connectRequest), keep(octets)] as const
  const authenticateResponse = encodeMessage({
    name: 'AuthenticateResponse',
    transactionId: start.transactionId,
    entityId: start.entityId,
    authResData: { hash: hash(start.euKey, 'connect-client', kept), state: sealedState },
  })
  const sessionKey = deriveSessionKey(start.euKey, {
    randomClient: start.randomClient,
    randomServer,
    digests: [digestOf(kept[0]), digestOf(kept[1])],
  })
  const messages = [...kept, keep(authenticateResponse)]
  return {
    state: {
      name: 'awaiting-confirmation',
      transactionId: start.transactionId,
      serverEntityId: message.entityId,
      expectedHash: hash(start.euKey, 'connect-server', messages),
      session: {
        kind: 'connected',
        sessionKey,
        sessionId: deriveSessionId(sessionKey),
        sessionLifetimeSeconds: sessionLifetime,
      },
    },
    send: authenticateResponse,
  }
}

/** CR 7.5.2: the session is trusted only when the server's HASH has verified. */
function takeConfirmation(state: State<'awaiting-confirmation'>, octets: Uint8Array): ClientStep {
  const message = decodeMessage(octets)
  assertTransaction(message, state.transactionId)
  // An Error may come from the PN GW between a PNE and the server.
  if (message.name === 'ConnectResponse' && message.entityId !== state.serverEntityId) {
    throw new InvalidMessage('not the sender of the AuthenticateRequest', 'EntityID')
  }
  const refusal = refusalIn(message)
  if (refusal !== undefined) return abandon(state, refusal)
  if (message.name !== 'ConnectResponse') throw new UnexpectedMessage(state.name, message.name)
  if (!equalOctets(message.hash ?? NOTHING, state.expectedHash)) {
    return abandon(state, { reason: 'server-hash-wrong' })
  }
  return { state: { name: 'connected' }, outcome: state.session }
}

const NOTHING = new Uint8Array(0)

/** An Error may lack the TransactionID: its sender could not read it. */
function assertTransaction(message: CpnsMessage, transactionId: string): void {
  const isNameless = message.name === 'Error' && message.transactionId === undefined
  if (!isNameless && message.transactionId !== transactionId) {
    throw new InvalidMessage('of another exchange', 'TransactionID')
  }
}

function refusalIn(message: CpnsMessage): Omit<ClientFailed, 'kind'> | undefined {
  if (message.name === 'Error') return { reason: 'refused', status: message.status }
  if (message.name !== 'ConnectResponse' || message.status === 200) return undefined
  const { bsf, naf, uaId, keyType, retryAfter } = message
  const hints = {
    ...(bsf !== undefined && { bsf }),
    ...(naf !== undefined && { naf }),
    ...(uaId !== undefined && { uaId }),
  }
  return {
    reason: 'refused',
    status: message.status,
    ...(Object.keys(hints).length > 0 && { hints }),
    ...(keyType !== undefined && { keyType }),
    ...(retryAfter !== undefined && { retryAfter }),
  }
}

function abandon(
  state: State<'awaiting-confirmation'>,
  failure: Omit<ClientFailed, 'kind'>,
): ClientStep {
  state.session.sessionKey.wipe()
  return fail(failure)
}

function fail(failure: Omit<ClientFailed, 'kind'>): ClientStep {
  return { state: { name: 'failed' }, outcome: { kind: 'failed', ...failure } }
}
