/** The end of a connect exchange, in one transaction. K-4, M-4 */
import type {
  EuKey,
  HandshakeCompletion,
  HandshakeOutcome,
  Owner,
} from '../../cpns-server/server-store.ts'
import type { EntityId } from '../../identity/entity-id.ts'
import type { CandidateRows } from './candidate-rows.ts'
import { type EntityRows, isSameOwner } from './entity-rows.ts'
import type { EuKeyRows } from './eukey-rows.ts'
import type { SessionRows } from './session-rows.ts'
import type { TombstoneRows } from './tombstone-rows.ts'
import type { UserRows } from './user-rows.ts'

/** The rows that a completed exchange changes. */
export interface ServerRows {
  readonly candidates: CandidateRows
  readonly entities: EntityRows
  readonly euKeys: EuKeyRows
  readonly sessions: SessionRows
  readonly tombstones: TombstoneRows
  readonly users: UserRows
}

/**
 * All or nothing; to be run inside a commit.
 *
 * The order of the checks is what a late or repeated message may learn: that it was answered before,
 * that it is too old, that its EUKey has changed, and only then whose the entity is.
 *
 * @param nowMs UTC milliseconds.
 */
export function completeHandshake(
  rows: ServerRows,
  completion: HandshakeCompletion,
  nowMs: number,
): HandshakeOutcome {
  const { euKey, session } = completion
  const tombstone = rows.tombstones.find(completion.tombstone)
  if (tombstone !== undefined) return { outcome: 'already-completed', tombstone }
  if (nowMs >= completion.stateExpiresAtMs) return { outcome: 'state-expired' }

  const stored = rows.euKeys.findState(euKey)
  const keyExpiresAtMs = Math.min(stored?.expiresAtMs ?? Infinity, euKey.expiresAtMs)
  if (stored?.state === 'replaced' || nowMs >= keyExpiresAtMs) return { outcome: 'eukey-changed' }
  // An assigned EUKey is known here or has been taken back; one of GBA may come from Zn this moment.
  const isTakenBack =
    stored === undefined && euKey.source === 'assigned' && !rows.candidates.has(euKey)
  if (isTakenBack) return { outcome: 'eukey-changed' }

  const binding = bindingOf(rows.entities, euKey.entityId, euKey.owner)
  if (binding === 'other-owner') return { outcome: 'other-owner' }
  if (binding === 'not-bound') {
    if (!completion.bindFirstUse) return { outcome: 'not-bound' }
    rows.entities.bind({ entityId: euKey.entityId, owner: euKey.owner, boundAtMs: nowMs })
  }

  linkByUss(rows, euKey)
  const endedSessionIds = stored === undefined ? replaceEuKey(rows, euKey) : []
  rows.sessions.endNoLaterThan(euKey.entityId, completion.formerSessionEndsAtMs)
  // A session never outlives its EUKey. K-4
  const expiresAtMs = Math.min(session.expiresAtMs, keyExpiresAtMs)
  rows.sessions.insert({ ...session, expiresAtMs })
  rows.tombstones.insert(completion.tombstone)
  return { outcome: 'completed', endedSessionIds }
}

/** The subscriber's settings link a user that is here, where no administrator has linked one. K-4 */
function linkByUss(
  { entities, users }: ServerRows,
  { entityId, owner, userIds = [] }: EuKey,
): void {
  if (owner.kind !== 'impi' || entities.find(entityId)?.linkedUserId !== undefined) return
  const userId = userIds.find((one) => users.changedAtMs(one) !== undefined)
  if (userId !== undefined) entities.linkUser(entityId, userId)
}

/** Makes an assigned EUKey the entity's own; to be run inside a commit. K-4, M-5 */
export function assignEuKey(rows: ServerRows, euKey: EuKey): 'assigned' | 'other-owner' {
  const { entityId, owner } = euKey
  const binding = bindingOf(rows.entities, entityId, owner)
  if (binding === 'other-owner') return 'other-owner'
  if (binding === 'not-bound') rows.entities.bind({ entityId, owner, boundAtMs: euKey.createdAtMs })
  replaceEuKey(rows, euKey)
  return 'assigned'
}

/** Gives an entity to another owner; to be run inside a commit. K-4 @returns Whether it had one. */
export function rebindEntity(
  rows: ServerRows,
  entity: Parameters<EntityRows['rebind']>[0],
): boolean {
  if (!rows.entities.rebind(entity)) return false
  const { entityId } = entity
  rows.candidates.removeOfEntity(entityId)
  rows.euKeys.removeAll(entityId)
  rows.sessions.endAll(entityId)
  return true
}

/** A replaced EUKey ends its sessions at once; what waited for its first HASH waits no more. Design 8 */
function replaceEuKey(rows: ServerRows, euKey: EuKey): readonly string[] {
  rows.candidates.removeOfEntity(euKey.entityId)
  rows.euKeys.makeCurrent(euKey)
  return rows.sessions.endAll(euKey.entityId)
}

/** Whose an entity is; a linked user counts as its owner. K-4 */
export function bindingOf(
  entities: EntityRows,
  entityId: EntityId,
  owner: Owner,
): 'same-owner' | 'other-owner' | 'not-bound' {
  const entity = entities.find(entityId)
  if (entity === undefined) return 'not-bound'
  const isLinked = owner.kind === 'user' && owner.id === entity.linkedUserId
  return isLinked || isSameOwner(entity.owner, owner) ? 'same-owner' : 'other-owner'
}
