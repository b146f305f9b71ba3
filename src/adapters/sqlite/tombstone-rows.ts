/** Rows of completed exchanges. M-4 */
import type Database from 'better-sqlite3'
import type { Tombstone } from '../../cpns-server/server-store.ts'

/** Synchronous operations, to be run inside a commit. */
export interface TombstoneRows {
  /** The tombstone of a State, by its digest. */
  find(stateDigest: string): Tombstone | undefined
  insert(tombstone: Tombstone): void
}

interface Row {
  readonly state_digest: string
  readonly message_digest: string
  readonly answer: Uint8Array
  readonly forget_after_ms: number
}

/** @param db A database of `SERVER_SCHEMA`. */
export function createTombstoneRows(db: Database.Database): TombstoneRows {
  const select = db.prepare<[string], Row>('SELECT * FROM tombstones WHERE state_digest = ?')
  const insert = db.prepare<[string, string, Uint8Array, number]>(
    'INSERT INTO tombstones VALUES (?, ?, ?, ?)',
  )
  return {
    find(stateDigest) {
      const row = select.get(stateDigest)
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
      insert.run(stateDigest, messageDigest, answer, forgetAfterMs)
    },
  }
}
