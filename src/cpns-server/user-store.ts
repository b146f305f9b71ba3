/**
 * Durable state of the password path: CPNS Users, attempts to prove a password, EUKeys that were handed
 * over. CR 7.4.3, Design 9, K-4, M-5; each method is one transaction.
 */
import type { KdfParameters } from '../cpns/exchange-state.ts'
import type { PasswordKeys } from '../cpns/password-keys.ts'
import type { Secret } from '../crypto/secret.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'
import type { ListPart } from '../ports/store.ts'
import type { EuKey } from './eukey.ts'
import type { Tombstone } from './tombstone.ts'

/** A CPNS User: what the server keeps in place of the password. M-5 */
export interface User {
  readonly userId: UserId
  readonly kdf: KdfParameters
  /** Sealed at rest. K-5 */
  readonly keys: PasswordKeys
  /** UTC milliseconds. */
  readonly createdAtMs: number
  /** Of the password. UTC milliseconds. */
  readonly changedAtMs: number
}

/** A user as it may be shown. */
export type UserInfo = Pick<User, 'userId' | 'createdAtMs' | 'changedAtMs'>

/** Who is held to account for an attempt, and how patient the server is with it. */
export interface AttemptSubject {
  /** For instance `user alice`. */
  readonly name: string
  /** Attempts without a delay. */
  readonly freeAttempts: number
}

/** How delays grow: the first one doubles with each further attempt. M-5 */
export interface AttemptDelays {
  readonly firstMs: number
  readonly longestMs: number
  /** A subject that was quiet for so long starts anew. */
  readonly forgetAfterMs: number
}

/** Whether an attempt may be made. */
export type AttemptOutcome =
  | { readonly outcome: 'taken' }
  /** Not before `untilMs`, UTC milliseconds; nothing was counted. */
  | { readonly outcome: 'limited'; readonly untilMs: number }

/** All that completing an assignment changes. */
export interface AssignmentCompletion {
  readonly tombstone: Tombstone
  /** State is refused from this moment on; compared inside the transaction. UTC milliseconds. */
  readonly stateExpiresAtMs: number
  /** The candidate; its owner is the user. */
  readonly euKey: EuKey
  /** `changedAtMs` of the user whose keys verified the HASH. */
  readonly userChangedAtMs: number
  /** Whether an entity without an owner may get an EUKey. K-4 `firstUse` */
  readonly bindFirstUse: boolean
  /** Subjects whose attempts are forgotten, and those that get this one back: whatever becomes of it. */
  readonly attempts: { readonly forgiven: readonly string[]; readonly returned: readonly string[] }
}

/** What became of it; on all but `completed` nothing but the attempts is changed. */
export type AssignmentCompletionOutcome =
  | { readonly outcome: 'completed' }
  /** A tombstone of this State is there: compare its `messageDigest`. */
  | { readonly outcome: 'already-completed'; readonly tombstone: Tombstone }
  | { readonly outcome: 'state-expired' }
  /** The user is gone, or has another password since. */
  | { readonly outcome: 'user-changed' }
  /** The entity belongs to somebody else, and no administrator linked this user to it. K-4 */
  | { readonly outcome: 'other-owner' }
  /** The entity has no owner and `bindFirstUse` is false. */
  | { readonly outcome: 'not-bound' }

/** What became of a link; on all but `linked` nothing is changed. */
export type LinkOutcome =
  | 'linked'
  /** There is no such user. */
  | 'unknown-user'
  /** The entity has no owner. */
  | 'unknown-entity'
  /** The entity belongs to a CPNS User, whose it stays alone. */
  | 'user-owned'

/** Durable operations of the password path. */
export interface UserStore {
  /** @returns `exists` if there is a user of that name; nothing is changed then. */
  addUser(user: User): Promise<'added' | 'exists'>
  /**
   * Another password for a user; EUKeys that wait for their first HASH are taken back, those in use stay.
   *
   * @returns Whether there is such a user.
   */
  changePassword(user: Omit<User, 'createdAtMs'>): Promise<boolean>
  /** Removes a user with its EUKeys and their sessions. @returns Whether there was one. */
  removeUser(userId: UserId): Promise<boolean>
  listUsers(part?: ListPart<string>): Promise<readonly UserInfo[]>
  /** Takes the same time whether or not there is such a user. M-5 */
  findUser(userId: UserId): Promise<User | undefined>
  /** The secret that made-up salts come from: the one that is stored, else `candidate`. M-5 */
  madeUpSaltSecret(candidate: Secret): Promise<Secret>

  /** When the next attempt may be made; in the past if it may now. UTC milliseconds. */
  attemptAllowedAtMs(subjects: readonly AttemptSubject[]): Promise<number>
  /**
   * Counts an attempt against all subjects before it is made, so that many at once count too.
   *
   * @param nowMs UTC milliseconds.
   */
  takeAttempt(
    subjects: readonly AttemptSubject[],
    delays: AttemptDelays,
    nowMs: number,
  ): Promise<AttemptOutcome>

  /** K-4, M-4 and M-5 in one transaction. */
  completeAssignment(
    completion: AssignmentCompletion,
    nowMs: number,
  ): Promise<AssignmentCompletionOutcome>
  /** EUKeys that were handed over and wait for their first HASH, unexpired, newest first, at most 4. */
  findCandidateEuKeys(entityId: EntityId, nowMs: number): Promise<readonly EuKey[]>
  /** Lets a user, in place of a former one, have password EUKeys for an entity that is bound to an IMPI. K-4 */
  linkUser(entityId: EntityId, userId: UserId): Promise<LinkOutcome>
  /**
   * No longer: the EUKeys that the user has for it, candidates too, and their sessions end.
   *
   * @returns Whether the user was linked to it.
   */
  unlinkUser(entityId: EntityId, userId: UserId): Promise<boolean>
}
