/** Rows of TriggerKeys: one a PNE and user. M-7 */
import type Database from 'better-sqlite3'
import type { TriggerKey } from '../../cpns-server/trigger-key-store.ts'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { Secret } from '../../crypto/secret.ts'
import type { EntityId } from '../../identity/entity-id.ts'
import { openColumn, sealColumn } from './sealed-column.ts'

/** Synchronous operations, to be run inside a commit. */
export interface TriggerKeyRows {
  /** The stored one, else `candidate`, unless its user has `limit` of them already. */
  findOrPut(candidate: TriggerKey, limit: number): Secret | undefined
  removeOfEntity(pne: EntityId): void
  removeOfUser(userId: string): void
}

/** Their table; an entity need not be bound to have one. */
export const TRIGGER_KEYS_SQL = `
  CREATE TABLE trigger_keys (
    user_id TEXT NOT NULL,
    pne TEXT NOT NULL,
    key BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (user_id, pne)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX trigger_keys_by_pne ON trigger_keys (pne);`

/** @param sealer Seals the keys. */
export function createTriggerKeyRows(db: Database.Database, sealer: RecordSealer): TriggerKeyRows {
  const select = db.prepare<[string, string], { readonly key: Uint8Array }>(
    'SELECT key FROM trigger_keys WHERE user_id = ? AND pne = ?',
  )
  const count = db
    .prepare<[string], number>('SELECT count(*) FROM trigger_keys WHERE user_id = ?')
    .pluck()
  const insert = db.prepare<[string, string, Uint8Array, number]>(
    'INSERT INTO trigger_keys VALUES (?, ?, ?, ?)',
  )
  const removeOfEntity = db.prepare<[string]>('DELETE FROM trigger_keys WHERE pne = ?')
  const removeOfUser = db.prepare<[string]>('DELETE FROM trigger_keys WHERE user_id = ?')
  return {
    findOrPut({ pne, userId, key, createdAtMs }, limit) {
      const identity = { table: 'trigger_keys', primaryKey: [userId, pne], column: 'key' }
      const row = select.get(userId, pne)
      if (row !== undefined) return openColumn(sealer, identity, row.key)
      if ((count.get(userId) ?? 0) >= limit) return undefined
      insert.run(userId, pne, sealColumn(sealer, identity, key), createdAtMs)
      return key
    },
    removeOfEntity: (pne) => void removeOfEntity.run(pne),
    removeOfUser: (userId) => void removeOfUser.run(userId),
  }
}
