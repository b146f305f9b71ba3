/** The password path of the CPNS Server on SQLite. M-5, Design 9 */
import type { TriggerKeyStore } from '../../cpns-server/trigger-key-store.ts'
import type { UserStore } from '../../cpns-server/user-store.ts'
import { type AssignmentRows, completeAssignment } from './complete-assignment.ts'
import type { EuKeyRows } from './eukey-rows.ts'
import type { GroupCommit } from './group-commit.ts'
import { linkUser, unlinkUser } from './link-user.ts'
import type { SessionRows } from './session-rows.ts'
import type { TriggerKeyRows } from './trigger-key-rows.ts'

/** @param rows Those of the whole server. */
export function createUserStore(
  rows: AssignmentRows & {
    readonly euKeys: EuKeyRows
    readonly sessions: SessionRows
    readonly triggerKeys: TriggerKeyRows
  },
  { read, run }: GroupCommit,
): UserStore & TriggerKeyStore {
  const { attempts, candidates, entities, euKeys, sessions, triggerKeys, users } = rows
  return {
    addUser: (user) => run(() => (users.add(user) ? 'added' : 'exists')),
    changePassword: (user) =>
      run(() => {
        candidates.removeOfUser(user.userId)
        return users.change(user)
      }),
    removeUser: (userId) =>
      run(() => {
        candidates.removeOfUser(userId)
        triggerKeys.removeOfUser(userId)
        entities.unlinkUser(userId)
        for (const entityId of euKeys.removeOfUser(userId)) sessions.endAll(entityId)
        return users.remove(userId)
      }),
    listUsers: (part) => read(() => users.list(part)),
    findUser: (userId) => read(() => users.find(userId)),
    madeUpSaltSecret: (candidate) => run(() => users.madeUpSaltSecret(candidate)),

    attemptAllowedAtMs: (subjects) => read(() => attempts.allowedAtMs(subjects)),
    takeAttempt: (subjects, delays, nowMs) => run(() => attempts.take(subjects, delays, nowMs)),

    completeAssignment: (completion, nowMs) =>
      run(() => completeAssignment(rows, completion, nowMs)),
    findCandidateEuKeys: (entityId, nowMs) => read(() => candidates.find(entityId, nowMs)),
    triggerKeyOf: (candidate, limit) => run(() => triggerKeys.findOrPut(candidate, limit)),
    linkUser: (entityId, userId) => run(() => linkUser(rows, entityId, userId)),
    unlinkUser: (entityId, userId) => run(() => unlinkUser(rows, entityId, userId)),
  }
}
