/** Rows of the sealing keys that all nodes share. K-6 */
import type Database from 'better-sqlite3'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { SealingKey, SealingKeyStore } from '../../crypto/sealing-ring.ts'
import type { GroupCommit } from './group-commit.ts'
import { openColumn, sealColumn } from './sealed-column.ts'

/** Table of the sealing keys; `position` rises, so the newest key is known without asking a clock. */
export const SEALING_KEYS_SQL = `
  CREATE TABLE sealing_keys (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    purpose TEXT NOT NULL,
    id TEXT NOT NULL,
    key BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    UNIQUE (purpose, id)
  ) STRICT;`

interface Row {
  readonly purpose: string
  readonly id: string
  readonly key: Uint8Array
  readonly created_at_ms: number
}

/** The sealing keys of a store. */
export function createSealingKeyRows(
  db: Database.Database,
  commits: GroupCommit,
  sealer: RecordSealer,
): SealingKeyStore {
  const selectAll = db.prepare<[string], Row>(
    'SELECT purpose, id, key, created_at_ms FROM sealing_keys WHERE purpose = ? ORDER BY position DESC',
  )
  const insert = db.prepare<Row>(
    `INSERT INTO sealing_keys (purpose, id, key, created_at_ms)
     VALUES (@purpose, @id, @key, @created_at_ms)`,
  )
  const eraseAllButTwo = db.prepare<{ purpose: string }>(
    `DELETE FROM sealing_keys WHERE purpose = @purpose AND position NOT IN
       (SELECT position FROM sealing_keys WHERE purpose = @purpose ORDER BY position DESC LIMIT 2)`,
  )
  const load = (purpose: string): SealingKey[] =>
    selectAll.all(purpose).map((row) => ({
      id: row.id,
      key: openColumn(sealer, identityOf(purpose, row.id), row.key),
      createdAtMs: row.created_at_ms,
    }))

  return {
    loadSealingKeys: (purpose) => commits.read(() => load(purpose)),
    rotateSealingKey: (purpose, { candidate, replaces }) =>
      commits.run(() => {
        if (selectAll.get(purpose)?.id === replaces) {
          const { id, key, createdAtMs } = candidate
          const sealed = sealColumn(sealer, identityOf(purpose, id), key)
          insert.run({ purpose, id, key: sealed, created_at_ms: createdAtMs })
          eraseAllButTwo.run({ purpose })
        }
        return load(purpose)
      }),
  }
}

function identityOf(purpose: string, id: string) {
  return { table: 'sealing_keys', primaryKey: [purpose, id], column: 'key' }
}
