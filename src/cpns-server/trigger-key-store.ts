/** Durable TriggerKeys of the CPNS Server. M-7, Design 9; each method is one transaction. */
import type { Secret } from '../crypto/secret.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'

/** A TriggerKey, for one PNE of one user. M-7 */
export interface TriggerKey {
  readonly pne: EntityId
  readonly userId: UserId
  /** 32 octets; sealed at rest. K-5 */
  readonly key: Secret
  /** UTC milliseconds. */
  readonly createdAtMs: number
}

/** Durable operations on TriggerKeys. They go with their entity, and with their user. */
export interface TriggerKeyStore {
  /**
   * The TriggerKey of (PNE, UserID): the one that is stored, else `candidate`, which is stored.
   *
   * @returns `undefined` if there is none and the user has as many as one user may have.
   */
  triggerKeyOf(candidate: TriggerKey, limit: number): Promise<Secret | undefined>
}
