/** The end of an assignment exchange, in one transaction. K-4, M-4, M-5 */
import type {
  AssignmentCompletion,
  AssignmentCompletionOutcome,
} from '../../cpns-server/user-store.ts'
import type { AttemptRows } from './attempt-rows.ts'
import type { CandidateRows } from './candidate-rows.ts'
import { bindingOf } from './complete-handshake.ts'
import type { EntityRows } from './entity-rows.ts'
import type { TombstoneRows } from './tombstone-rows.ts'
import type { UserRows } from './user-rows.ts'

/** The rows that a completed assignment looks at or changes. */
export interface AssignmentRows {
  readonly attempts: AttemptRows
  readonly candidates: CandidateRows
  readonly entities: EntityRows
  readonly tombstones: TombstoneRows
  readonly users: UserRows
}

/**
 * All or nothing; to be run inside a commit. The EUKey becomes a candidate: the entity's own stays in use
 * until a HASH made with the new one verifies. K-4. The attempt is given back in any case, because the
 * password was right: see docs/explanation/decisions/0035-a-candidate-beside-the-key-in-use.md.
 *
 * @param nowMs UTC milliseconds.
 */
export function completeAssignment(
  rows: AssignmentRows,
  completion: AssignmentCompletion,
  nowMs: number,
): AssignmentCompletionOutcome {
  const { euKey } = completion
  rows.attempts.settle(completion.attempts)
  const tombstone = rows.tombstones.find(completion.tombstone)
  if (tombstone !== undefined) return { outcome: 'already-completed', tombstone }
  if (nowMs >= completion.stateExpiresAtMs) return { outcome: 'state-expired' }
  if (rows.users.changedAtMs(euKey.owner.id) !== completion.userChangedAtMs) {
    return { outcome: 'user-changed' }
  }
  const binding = bindingOf(rows.entities, euKey.entityId, euKey.owner)
  if (binding === 'other-owner') return { outcome: 'other-owner' }
  if (binding === 'not-bound' && !completion.bindFirstUse) return { outcome: 'not-bound' }

  rows.candidates.put(euKey)
  rows.tombstones.insert(completion.tombstone)
  return { outcome: 'completed' }
}
