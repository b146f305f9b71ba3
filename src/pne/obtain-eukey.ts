/** A device gets its EUKey by UserID and password, and keeps it. CR 7.4.3, M-5, M-7 */
import { type EuKeyWishPorts, requestEuKey } from '../cpns/request-eukey.ts'
import type { Secret } from '../crypto/secret.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'
import type { Clock } from '../ports/clock.ts'
import type { DeviceEuKey, PneStore } from './pne-store.ts'

/** Who asks. */
export interface ObtainEuKeyWish {
  readonly entityId: EntityId
  readonly userId: UserId
  /** As `parsePassword` gives it; wiped at the end. */
  readonly password: Secret
  /** Of the trigger that this answers. */
  readonly nonce?: Uint8Array
}

/**
 * Asks the server, and stores the EUKey before it is used.
 *
 * @throws {AssignmentRefused} If the server refuses, or is not trusted.
 * @throws {CpnsError} As the way to the server.
 */
export async function obtainEuKey(
  wish: ObtainEuKeyWish,
  ports: EuKeyWishPorts & { readonly store: Pick<PneStore, 'saveEuKey'>; readonly clock: Clock },
): Promise<DeviceEuKey> {
  try {
    // The life of an EUKey counts from before the server could have begun it.
    const nowMs = ports.clock.nowMs()
    const assigned = await requestEuKey({ ...wish, algorithms: ['HMAC-SHA-256'] }, ports)
    const { keyId: id, euKey: key, lifetimeSeconds } = assigned
    const euKey = { id, key, expiresAtMs: nowMs + lifetimeSeconds * 1000 }
    await ports.store.saveEuKey(euKey)
    return euKey
  } finally {
    wish.password.wipe()
  }
}
