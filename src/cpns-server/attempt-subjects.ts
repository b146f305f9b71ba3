/** Who is held to account for an attempt to prove a password. M-5 */
import { addressGroup } from '../identity/address-group.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'
import type { PasswordPolicy } from './password-policy.ts'
import type { AttemptSubject } from './user-store.ts'

/** Of one attempt. */
export interface AttemptSubjects {
  readonly user: AttemptSubject
  readonly entity: AttemptSubject
  readonly address: AttemptSubject
}

/** UserID, EntityID and address; known or not makes no difference. */
export function attemptSubjectsOf(
  attempt: {
    readonly userId: UserId
    readonly entityId: EntityId
    /** As `accountOf` says. */
    readonly address: string
  },
  { freeAttempts }: PasswordPolicy,
): AttemptSubjects {
  const { userId, entityId, address } = attempt
  return {
    user: { name: `user ${userId}`, freeAttempts: freeAttempts.user },
    entity: { name: `entity ${entityId}`, freeAttempts: freeAttempts.entity },
    address: { name: `address ${addressGroup(address)}`, freeAttempts: freeAttempts.address },
  }
}

/** All of them. */
export function subjectList({ user, entity, address }: AttemptSubjects): readonly AttemptSubject[] {
  return [user, entity, address]
}
