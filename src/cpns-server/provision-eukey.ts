/** Giving an entity an EUKey by hand, for devices without a card: `KeyType="assigned"`. K-4 */
import type { Secret } from '../crypto/secret.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'
import { toHex } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { EuKey, ServerStore } from './server-store.ts'

/** What is to be provisioned. */
export interface EuKeyProvision {
  readonly entityId: EntityId
  /** Owner; binds the entity if it has none. */
  readonly userId: UserId
  /** 32 octets. */
  readonly key: Secret
  readonly lifetimeSeconds: number
}

const ID_LENGTH = 16

/**
 * Makes the key the entity's current EUKey; sessions under a former one end. K-4
 *
 * @returns The EUKey with its fresh random id; `undefined` if the entity belongs to another owner.
 */
export async function provisionEuKey(
  provision: EuKeyProvision,
  ports: {
    readonly store: Pick<ServerStore, 'assignEuKey'>
    readonly clock: Clock
    readonly random: Random
  },
): Promise<EuKey | undefined> {
  const createdAtMs = ports.clock.nowMs()
  const euKey: EuKey = {
    id: toHex(ports.random.octets(ID_LENGTH)),
    entityId: provision.entityId,
    owner: { kind: 'user', id: provision.userId },
    source: 'assigned',
    keyType: 'assigned',
    key: provision.key,
    createdAtMs,
    expiresAtMs: createdAtMs + provision.lifetimeSeconds * 1000,
  }
  return (await ports.store.assignEuKey(euKey)) === 'assigned' ? euKey : undefined
}
