/** Which CPNS User may have EUKeys for the entity of a subscriber. K-4 */
import type { LinkOutcome } from '../../cpns-server/user-store.ts'
import type { EntityId } from '../../identity/entity-id.ts'
import type { UserId } from '../../identity/user-id.ts'
import type { CandidateRows } from './candidate-rows.ts'
import { type EntityRows, isSameOwner } from './entity-rows.ts'
import type { EuKeyRows } from './eukey-rows.ts'
import type { SessionRows } from './session-rows.ts'
import type { UserRows } from './user-rows.ts'

/** The rows that a link looks at or changes. */
export interface LinkRows {
  readonly candidates: CandidateRows
  readonly entities: EntityRows
  readonly euKeys: EuKeyRows
  readonly sessions: SessionRows
  readonly users: UserRows
}

/** Links a user, in place of a former one; to be run inside a commit. */
export function linkUser(rows: LinkRows, entityId: EntityId, userId: UserId): LinkOutcome {
  if (rows.users.changedAtMs(userId) === undefined) return 'unknown-user'
  const entity = rows.entities.find(entityId)
  if (entity === undefined) return 'unknown-entity'
  if (entity.owner.kind === 'user') return 'user-owned'
  const { linkedUserId: former } = entity
  if (former !== undefined && former !== userId) unlinkUser(rows, entityId, former)
  rows.entities.linkUser(entityId, userId)
  return 'linked'
}

/**
 * Takes a link back, with the EUKeys that came of it and the sessions under them; to be run inside a commit.
 *
 * @returns Whether the user was linked to the entity.
 */
export function unlinkUser(rows: LinkRows, entityId: EntityId, userId: UserId): boolean {
  if (rows.entities.find(entityId)?.linkedUserId !== userId) return false
  rows.entities.linkUser(entityId, undefined)
  rows.candidates.removeOfUser(userId, entityId)
  const current = rows.euKeys.list({ entityId }).find(({ state }) => state === 'current')
  rows.euKeys.removeOfUser(userId, entityId)
  // Sessions are those of the current EUKey; under one of the card they go on.
  const isTaken = current && isSameOwner(current.owner, { kind: 'user', id: userId })
  if (isTaken) rows.sessions.endAll(entityId)
  return true
}
