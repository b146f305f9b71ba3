/** EUKeys as the CPNS Server keeps them, and whose they are. K-1, K-4 */
import type { KeyType } from '../cpns/key-type.ts'
import type { Secret } from '../crypto/secret.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'

/** Who an entity belongs to: the subscriber that bootstrapped, or the CPNS User. K-4 */
export interface Owner {
  readonly kind: 'impi' | 'user'
  readonly id: string
}

/** Where an EUKey comes from; `gba-u` and `gba-me` keys have their B-TID as id. K-4 */
export type EuKeySource = 'gba-u' | 'gba-me' | 'assigned'

/** One EUKey. */
export interface EuKey {
  /** B-TID, or a random id. */
  readonly id: string
  readonly entityId: EntityId
  readonly owner: Owner
  readonly source: EuKeySource
  readonly keyType: KeyType
  /** 32 octets; sealed at rest. */
  readonly key: Secret
  /** UTC milliseconds. */
  readonly createdAtMs: number
  /** UTC milliseconds. */
  readonly expiresAtMs: number
  /** Of a key that comes from Zn this moment: users that the subscriber's settings name. Not stored. K-4 */
  readonly userIds?: readonly UserId[]
}

/** An EUKey as it may be shown. */
export type EuKeyInfo = Omit<EuKey, 'key' | 'userIds'> & { readonly state: 'current' | 'replaced' }

/** Where an EUKey stands among all: those of one entity together, the oldest first. */
export type EuKeyPlace = Pick<EuKeyInfo, 'entityId' | 'createdAtMs' | 'id' | 'keyType'>
