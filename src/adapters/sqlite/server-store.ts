/** All durable state of the CPNS Server on SQLite. Design 9 */
import type Database from 'better-sqlite3'
import type { ServerStore } from '../../cpns-server/server-store.ts'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import { createAttemptRows } from './attempt-rows.ts'
import { createCandidateRows } from './candidate-rows.ts'
import { assignEuKey, completeHandshake, rebindEntity } from './complete-handshake.ts'
import { createEntityRows } from './entity-rows.ts'
import { createEuKeyRows } from './eukey-rows.ts'
import { createMailboxRows } from './mailbox-rows.ts'
import { createMailboxStore } from './mailbox-store.ts'
import { createPnRows, createPnStore } from './pn-rows.ts'
import { createSealingKeyRows } from './sealing-key-rows.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
import { createSessionRows, takeAttachment } from './session-rows.ts'
import { connectStore } from './store-connection.ts'
import { createTombstoneRows } from './tombstone-rows.ts'
import { createTriggerKeyRows } from './trigger-key-rows.ts'
import { createUserRows } from './user-rows.ts'
import { createUserStore } from './user-store.ts'
import { watchChanges } from './watch-changes.ts'

/** Rows that go when they have expired; an expired EUKey takes no session with it, they ended before. */
const EXPIRING = [
  'DELETE FROM sessions WHERE expires_at_ms <= ?',
  'DELETE FROM eukeys WHERE expires_at_ms <= ?',
  'DELETE FROM candidates WHERE expires_at_ms <= ?',
  'DELETE FROM attempts WHERE forget_after_ms <= ?',
  'DELETE FROM tombstones WHERE forget_after_ms <= ?',
  'DELETE FROM mailbox WHERE expires_at_ms <= ?',
  'DELETE FROM seen WHERE expires_at_ms <= ?',
  'DELETE FROM pn_members WHERE expires_at_ms <= ?',
  'DELETE FROM pns WHERE expires_at_ms <= ?',
]

/**
 * @param file Path of the database, or `:memory:`.
 * @param sealer Seals EUKeys, session keys and sealing keys.
 * @throws {ConfigurationInvalid} If the file cannot be used.
 */
export function openServerStore(file: string, sealer: RecordSealer): ServerStore {
  const { db, commits, store } = connectStore(file, SERVER_SCHEMA)
  const rows = createServerRows(db, sealer)
  const { candidates, entities, euKeys, mailbox, pns, sessions, tombstones } = rows
  const removals = EXPIRING.map((sql) => db.prepare<[number]>(sql))
  const { read, run } = commits
  const isChangedElsewhere = watchChanges(db)
  return {
    ...store,
    ...createSealingKeyRows(db, commits, sealer),
    ...createMailboxStore(mailbox, commits),
    ...createPnStore(pns, commits),
    ...createUserStore(rows, commits),

    assignEuKey: (euKey) => run(() => assignEuKey(rows, euKey)),
    findCurrentEuKey: (entityId, nowMs) =>
      read(() => {
        const euKey = euKeys.findCurrent(entityId)
        return euKey !== undefined && euKey.expiresAtMs > nowMs ? euKey : undefined
      }),
    findEuKey: (entityId, id) => read(() => euKeys.findById(entityId, id)),
    listEuKeys: (part) => read(() => euKeys.list(part)),
    removeEuKeys: (entityId) =>
      run(() => {
        sessions.endAll(entityId)
        const waited = candidates.removeOfEntity(entityId)
        return euKeys.removeAll(entityId) || waited
      }),

    bindEntity: (entity) => run(() => (entities.bind(entity) ? 'bound' : 'bound-already')),
    findEntity: (entityId) => read(() => entities.find(entityId)),
    rebindEntity: (entity) => run(() => rebindEntity(rows, entity)),
    listEntities: (part) => read(() => entities.list(part)),
    removeEntity: (entityId) =>
      run(() => {
        candidates.removeOfEntity(entityId)
        rows.triggerKeys.removeOfEntity(entityId)
        euKeys.forget(entityId)
        return entities.remove(entityId)
      }),

    async findTombstone(key) {
      const found = await read(() => tombstones.find(key))
      // Its answer is given again, so it has to be on the disk, not only committed.
      if (found !== undefined) await run(() => {})
      return found
    },
    completeHandshake: (completion, nowMs) => run(() => completeHandshake(rows, completion, nowMs)),

    findSession: (sessionId, nowMs) => read(() => sessions.find(sessionId, nowMs)),
    listSessions: (nowMs, part) => read(() => sessions.list(nowMs, part)),
    endSession: (sessionId) => run(() => sessions.end(sessionId)),
    takeAttachment: (attachment, nowMs) =>
      run(() => takeAttachment({ sessions, pns }, attachment, nowMs)),

    changedElsewhere: () => read(isChangedElsewhere),
    removeExpired: (nowMs) =>
      run(() => {
        euKeys.forget()
        candidates.forgetAll()
        return removals.reduce((gone, removal) => gone + removal.run(nowMs).changes, 0)
      }),
  }
}

/** All of them see one database, so that one transaction can change any. */
function createServerRows(db: Database.Database, sealer: RecordSealer) {
  return {
    attempts: createAttemptRows(db),
    candidates: createCandidateRows(db, sealer),
    entities: createEntityRows(db),
    euKeys: createEuKeyRows(db, sealer),
    mailbox: createMailboxRows(db),
    pns: createPnRows(db),
    sessions: createSessionRows(db, sealer),
    tombstones: createTombstoneRows(db),
    triggerKeys: createTriggerKeyRows(db, sealer),
    users: createUserRows(db, sealer),
  }
}
