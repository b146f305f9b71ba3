/**
 * Durable state of the CPNS Server: EUKeys, owners of entities, sessions, tombstones of exchanges,
 * attachments, mailbox. Design 9; each method is one transaction.
 */
import type { SealingKeyStore } from '../crypto/sealing-ring.ts'
import type { Secret } from '../crypto/secret.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'
import type { ListPart, Store } from '../ports/store.ts'
import type { EuKey, EuKeyInfo, EuKeyPlace, Owner } from './eukey.ts'
import type { PnStore } from './pn-store.ts'
import type { Tombstone, TombstoneKey } from './tombstone.ts'
import type { TriggerKeyStore } from './trigger-key-store.ts'
import type { UserStore } from './user-store.ts'

export type { EuKey, EuKeyInfo, EuKeyPlace, EuKeySource, Owner } from './eukey.ts'
export type { Tombstone, TombstoneKey } from './tombstone.ts'

/** One session. Its key is sealed at rest; keys of attachments are never stored. */
export interface Session {
  /** 32 hex digits. */
  readonly sessionId: string
  readonly entityId: EntityId
  readonly role: 'pn-gw' | 'pne'
  /** EntityID of the PN GW that a PNE is behind. */
  readonly via?: EntityId
  readonly euKeyId: string
  /** 32 octets. */
  readonly sessionKey: Secret
  /** UTC milliseconds. */
  readonly createdAtMs: number
  /** UTC milliseconds; never after the EUKey's. */
  readonly expiresAtMs: number
}

/** A session as it may be shown. */
export type SessionInfo = Omit<Session, 'sessionKey'>

/** Where a session stands among all: the oldest first. */
export type SessionPlace = Pick<SessionInfo, 'createdAtMs' | 'sessionId'>

/** All of a list, or what concerns one entity. */
export type EntityListPart<Key> = ListPart<Key> & { readonly entityId?: EntityId | undefined }

/** All that completing a connect exchange changes. */
export interface HandshakeCompletion {
  /** The answer in it is `success`, unless the outcome is another. */
  readonly tombstone: Tombstone
  /** State is refused from this moment on; compared inside the transaction. UTC milliseconds. */
  readonly stateExpiresAtMs: number
  /** The EUKey that the HASH was made with; a candidate becomes the current one. K-4 */
  readonly euKey: EuKey
  /** Whether an entity without an owner is bound to this key's. K-4 `firstUse` */
  readonly bindFirstUse: boolean
  readonly session: Session
  /** A former session under the same EUKey still receives, but no longer than this. UTC milliseconds. */
  readonly formerSessionEndsAtMs: number
}

/** What became of it; on all but `completed` nothing is changed. */
export type HandshakeOutcome =
  | { readonly outcome: 'completed'; readonly endedSessionIds: readonly string[] }
  /** A tombstone of this State is there: compare its `messageDigest`. */
  | { readonly outcome: 'already-completed'; readonly tombstone: Tombstone }
  | { readonly outcome: 'state-expired' }
  /** The EUKey has been replaced or taken back, or has expired, since the exchange began. */
  | { readonly outcome: 'eukey-changed' }
  /** The entity is bound to another owner. */
  | { readonly outcome: 'other-owner' }
  /** The entity has no owner and `bindFirstUse` is false. */
  | { readonly outcome: 'not-bound' }

/** A message on its way. Design 8 */
export interface MailboxMessage {
  /** Rises with the order of acceptance. */
  readonly position: number
  readonly messageId: string
  readonly from: string
  readonly to: string
  readonly contentType: string
  readonly payload: Uint8Array
  /** UTC milliseconds. */
  readonly expiresAtMs: number
}

/** How much may wait for one recipient. Design 8, M-6 */
export interface MailboxQuota {
  readonly messages: number
  /** Of the payloads together. */
  readonly octets: number
}

/** What became of a message; `full`: nothing of it is stored, it can come again later. */
export type Acceptance = 'accepted' | 'duplicate' | 'full'

/** An entity and its owner. */
export interface EntityInfo {
  readonly entityId: EntityId
  readonly owner: Owner
  /** Whose password gives it EUKeys too, if its owner is an IMPI. K-4 */
  readonly linkedUserId?: UserId
  /** UTC milliseconds. */
  readonly boundAtMs: number
}

/** All durable operations of the CPNS Server. */
export interface ServerStore extends Store, SealingKeyStore, UserStore, PnStore, TriggerKeyStore {
  /** Makes an assigned EUKey the entity's current one, binds the entity, ends sessions under the former. */
  assignEuKey(euKey: EuKey): Promise<'assigned' | 'other-owner'>
  /** The entity's current EUKey, unless it has expired at `nowMs`. */
  findCurrentEuKey(entityId: EntityId, nowMs: number): Promise<EuKey | undefined>
  /** An EUKey by id, with its state, expired or not. */
  findEuKey(
    entityId: EntityId,
    id: string,
  ): Promise<{ readonly euKey: EuKey; readonly state: 'current' | 'replaced' } | undefined>
  listEuKeys(part?: EntityListPart<EuKeyPlace>): Promise<readonly EuKeyInfo[]>
  /** Removes an entity's EUKeys, candidates too, and ends its sessions. @returns Whether there were any. */
  removeEuKeys(entityId: EntityId): Promise<boolean>

  /** Binds an entity before its first use. @returns `bound-already` if it has an owner. */
  bindEntity(entity: EntityInfo): Promise<'bound' | 'bound-already'>
  findEntity(entityId: EntityId): Promise<EntityInfo | undefined>
  listEntities(part?: ListPart<string>): Promise<readonly EntityInfo[]>
  /**
   * Gives an entity to another owner: its EUKeys, candidates too, and its sessions end, and so does the
   * link to a user. K-4 @returns Whether it had an owner; if not, nothing is changed.
   */
  rebindEntity(entity: Pick<EntityInfo, 'entityId' | 'owner' | 'boundAtMs'>): Promise<boolean>
  /** Takes the binding away, with EUKeys and sessions. @returns Whether there was one. */
  removeEntity(entityId: EntityId): Promise<boolean>

  /** The tombstone of a State. */
  findTombstone(key: TombstoneKey): Promise<Tombstone | undefined>
  /** M-4 and K-4 in one transaction. */
  completeHandshake(completion: HandshakeCompletion, nowMs: number): Promise<HandshakeOutcome>

  /** A session that has not ended at `nowMs`. */
  findSession(sessionId: string, nowMs: number): Promise<Session | undefined>
  listSessions(nowMs: number, part?: EntityListPart<SessionPlace>): Promise<readonly SessionInfo[]>
  /** @returns Whether it was there. */
  endSession(sessionId: string): Promise<boolean>
  /**
   * Notes which node holds the attachment of an entity, and under which session; other sessions of
   * that entity end, because a new attachment is the end of the former. A PNE behind another PN GW than
   * before leaves the PNs of the former one. Design 7, 8
   *
   * @returns The epoch of this attachment, the sessions that ended, which its own may be among, and when its own
   *   ends: a renewal may have brought that nearer.
   */
  takeAttachment(
    attachment: {
      readonly entityId: EntityId
      readonly nodeId: string
      readonly sessionId: string
    },
    nowMs: number,
  ): Promise<{
    readonly epoch: number
    readonly endedSessionIds: readonly string[]
    readonly expiresAtMs: number
  }>

  /**
   * Accepts a message once: it is in the mailbox, durable, unless (From, MessageID) was accepted before
   * and has not expired, or there is no room. Design 8 @param quota Default no bound.
   */
  acceptMessage(
    message: Omit<MailboxMessage, 'position'>,
    nowMs: number,
    quota?: MailboxQuota,
  ): Promise<Acceptance>
  /**
   * The same for many of one sender, in order: of those to one recipient none is accepted after one that
   * was `full`. @throws {StoreFailed} Then none was taken.
   */
  acceptMessages(
    messages: readonly Omit<MailboxMessage, 'position'>[],
    nowMs: number,
    quota?: MailboxQuota,
  ): Promise<readonly Acceptance[]>
  /** For each whether it was accepted, or is remembered, and has not expired. Design 8 */
  knownMessages(
    messages: readonly Pick<MailboxMessage, 'from' | 'messageId'>[],
    nowMs: number,
  ): Promise<readonly boolean[]>
  /**
   * Messages that were handed over and acknowledged without having waited here: until they expire they are
   * known as if they had been accepted. Design 8
   */
  rememberMessages(
    messages: readonly Pick<MailboxMessage, 'from' | 'messageId' | 'expiresAtMs'>[],
  ): Promise<void>
  /** Messages that wait for `to`, in order of acceptance, after `afterPosition`, unexpired. */
  waitingMessages(query: {
    readonly to: string
    readonly afterPosition: number
    readonly limit: number
    readonly nowMs: number
  }): Promise<readonly MailboxMessage[]>
  /** The recipient acknowledged: the message leaves the mailbox. @returns Whether it was there. */
  acknowledgeMessage(acknowledged: {
    readonly to: string
    readonly from: string
    readonly messageId: string
  }): Promise<boolean>
  /**
   * Recipients of messages that were accepted after `position` and still wait, and the last position by now;
   * a position is good for one that was accepted by any process. Design 9
   */
  recipientsSince(
    position: number,
  ): Promise<{ readonly recipients: readonly string[]; readonly position: number }>
  /** Recipients that have messages waiting. */
  waitingRecipients(nowMs: number): Promise<readonly string[]>

  /** Whether another process has changed anything since this was asked last, or since the store was opened. */
  changedElsewhere(): Promise<boolean>
  /** Removes what has expired at `nowMs`. @returns How many rows went. */
  removeExpired(nowMs: number): Promise<number>
}
