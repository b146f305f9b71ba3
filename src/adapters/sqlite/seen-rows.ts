/** The messages that a client library has handled, until they expire. Design 8, "durable seen-list" */
import type Database from 'better-sqlite3'
import type { PneStore } from '../../pne/pne-store.ts'
import type { GroupCommit } from './group-commit.ts'

/** Its table, as part of a schema. */
export const SEEN_TABLE = `CREATE TABLE seen (
       from_entity TEXT NOT NULL,
       message_id TEXT NOT NULL,
       expires_at_ms INTEGER NOT NULL,
       PRIMARY KEY (from_entity, message_id)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX seen_by_expiry ON seen (expires_at_ms);`

/** The durable operations on it. */
export type SeenRows = Pick<PneStore, 'hasSeen' | 'markSeen' | 'removeExpired'>

/** @param db Has the table. */
export function createSeenRows(
  db: Database.Database,
  commits: Pick<GroupCommit, 'run' | 'read'>,
): SeenRows {
  const findSeen = db.prepare<[string, string, number]>(
    'SELECT 1 FROM seen WHERE from_entity = ? AND message_id = ? AND expires_at_ms > ?',
  )
  const insertSeen = db.prepare<[string, string, number]>(
    `INSERT INTO seen VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET expires_at_ms = max(expires_at_ms, excluded.expires_at_ms)`,
  )
  const removeSeen = db.prepare<[number]>('DELETE FROM seen WHERE expires_at_ms <= ?')
  return {
    hasSeen: ({ from, messageId }, nowMs) =>
      commits.read(() => findSeen.get(from, messageId, nowMs) !== undefined),
    markSeen: ({ from, messageId, expiresAtMs }) =>
      commits.run(() => {
        insertSeen.run(from, messageId, expiresAtMs)
      }),
    removeExpired: (nowMs) => commits.run(() => removeSeen.run(nowMs).changes),
  }
}
