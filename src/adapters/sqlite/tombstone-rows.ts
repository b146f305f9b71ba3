/** Rows of completed exchanges. M-4 */
import type Database from 'better-sqlite3'
import type { Tombstone, TombstoneKey } from '../../cpns-server/server-store.ts'

/** Synchronous operations, to be run inside a commit. */
export interface TombstoneRows {
  /** The tombstone of a State. */
  find(key: TombstoneKey): Tombstone | undefined
  insert(tombstone: Tombstone): void
}

interface Row {
  readonly forget_after_ms: number
  readonly state_digest: string
  readonly message_digest: string
  readonly answer: Uint8Array
}

/**
 * Their table, in order of time: a digest says nothing of its neighbours, so under it alone each row of a
 * commit would be on a page of its own.
 */
export const TIMELY_TOMBSTONES_SQL = `
  CREATE TABLE timely_tombstones (
    forget_after_ms INTEGER NOT NULL,
    state_digest TEXT NOT NULL,
    message_digest TEXT NOT NULL,
    answer BLOB NOT NULL,
    PRIMARY KEY (forget_after_ms, state_digest)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO timely_tombstones
    SELECT forget_after_ms, state_digest, message_digest, answer FROM tombstones;
  DROP TABLE tombstones;
  ALTER TABLE timely_tombstones RENAME TO tombstones;`

/** @param db A database of `SERVER_SCHEMA`. */
export function createTombstoneRows(db: Database.Database): TombstoneRows {
  const select = db.prepare<[number, string], Row>(
    'SELECT * FROM tombstones WHERE forget_after_ms = ? AND state_digest = ?',
  )
  const insert = db.prepare<[number, string, string, Uint8Array]>(
    'INSERT INTO tombstones VALUES (?, ?, ?, ?)',
  )
  return {
    find({ stateDigest, forgetAfterMs }) {
      const row = select.get(forgetAfterMs, stateDigest)
      return (
        row && {
          stateDigest: row.state_digest,
          messageDigest: row.message_digest,
          answer: new Uint8Array(row.answer),
          forgetAfterMs: row.forget_after_ms,
        }
      )
    },
    insert({ stateDigest, messageDigest, answer, forgetAfterMs }) {
      insert.run(forgetAfterMs, stateDigest, messageDigest, answer)
    },
  }
}
