/** A session as a PN GW or PNE holds it, and who it says it is. CR 7.5.2, M-3 */
import { fingerprint } from '../crypto/fingerprint.ts'
import type { Secret } from '../crypto/secret.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Algorithm } from './algorithms.ts'

/** One session of a client. */
export interface ClientSession {
  /** 32 hex digits. */
  readonly sessionId: string
  /** 32 octets. */
  readonly sessionKey: Secret
  /**
   * When the client stops using it, on the monotonic clock: never later than the server does, unless there
   * the EUKey ends it first (K-4).
   */
  readonly endsAtMonotonicMs: number
  /** Seconds, as the server gave them. */
  readonly lifetimeSeconds: number
}

/** A session as it may be shown. */
export interface ClientSessionInfo {
  readonly sessionId: string
  readonly lifetimeSeconds: number
  /** Of the session key; both sides can compare it. */
  readonly fingerprint: string
}

/** Who the client says it is. */
export interface ClientIdentity {
  readonly entityId: EntityId
  readonly role: 'pn-gw' | 'pne'
  /** A PNE's PN GW. */
  readonly via?: EntityId
  /** Offered, best first. */
  readonly algorithms: readonly Algorithm[]
}

/** @returns What a log, a ladder or a console may show. */
export function describeSession(session: ClientSession): ClientSessionInfo {
  const { sessionId, lifetimeSeconds, sessionKey } = session
  return { sessionId, lifetimeSeconds, fingerprint: fingerprint(sessionKey) }
}
