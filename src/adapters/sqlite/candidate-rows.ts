/** Rows of EUKeys that were handed over and wait for their first HASH: one an entity and user. K-4 */
import type Database from 'better-sqlite3'
import type { EuKey } from '../../cpns-server/server-store.ts'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { EntityId } from '../../identity/entity-id.ts'
import { openColumn, sealColumn } from './sealed-column.ts'

/** Synchronous operations, to be run inside a commit. */
export interface CandidateRows {
  /** In place of a former one of the same entity and user. */
  put(euKey: EuKey): void
  /** Whether this very EUKey waits. */
  has(euKey: EuKey): boolean
  /** Unexpired ones, the newest first, at most 4. */
  find(entityId: EntityId, nowMs: number): EuKey[]
  /** @returns Whether there were any. */
  removeOfEntity(entityId: EntityId): boolean
  /** All of a user, or those for one entity. */
  removeOfUser(userId: string, entityId?: EntityId): void
}

/** Their table; an entity need not be bound to have one. */
export const CANDIDATES_SQL = `
  CREATE TABLE candidates (
    entity_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    id TEXT NOT NULL,
    key BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    PRIMARY KEY (entity_id, user_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX candidates_by_user ON candidates (user_id);
  CREATE INDEX candidates_by_expiry ON candidates (expires_at_ms);`

interface Row {
  readonly entity_id: string
  readonly user_id: string
  readonly id: string
  readonly key: Uint8Array
  readonly created_at_ms: number
  readonly expires_at_ms: number
}

/** @param sealer Seals the keys. */
export function createCandidateRows(db: Database.Database, sealer: RecordSealer): CandidateRows {
  const put = db.prepare<Row>(
    `INSERT OR REPLACE INTO candidates VALUES (@entity_id, @user_id, @id, @key, @created_at_ms,
       @expires_at_ms)`,
  )
  const selectExact = db.prepare<[string, string, string]>(
    'SELECT 1 FROM candidates WHERE entity_id = ? AND user_id = ? AND id = ?',
  )
  const select = db.prepare<[string, number], Row>(
    `SELECT * FROM candidates WHERE entity_id = ? AND expires_at_ms > ?
     ORDER BY created_at_ms DESC, id LIMIT 4`,
  )
  const removeOfEntity = db.prepare<[string]>('DELETE FROM candidates WHERE entity_id = ?')
  const removeOfUser = db.prepare<[string, string | null]>(
    'DELETE FROM candidates WHERE user_id = ? AND entity_id = coalesce(?, entity_id)',
  )
  return {
    put(euKey) {
      const { entityId, owner, id, key, createdAtMs, expiresAtMs } = euKey
      put.run({
        entity_id: entityId,
        user_id: owner.id,
        id,
        key: sealColumn(sealer, identityOf(entityId, owner.id, id), key),
        created_at_ms: createdAtMs,
        expires_at_ms: expiresAtMs,
      })
    },
    has: ({ entityId, owner, id }) => selectExact.get(entityId, owner.id, id) !== undefined,
    find: (entityId, nowMs) => select.all(entityId, nowMs).map((row) => euKeyOf(row, sealer)),
    removeOfEntity: (entityId) => removeOfEntity.run(entityId).changes > 0,
    removeOfUser: (userId, entityId) => void removeOfUser.run(userId, entityId ?? null),
  }
}

/** The id too, though it is not in the primary key: a key is never taken for another one. */
function identityOf(entityId: string, userId: string, id: string) {
  return { table: 'candidates', primaryKey: [entityId, userId, id], column: 'key' }
}

function euKeyOf(row: Row, sealer: RecordSealer): EuKey {
  return {
    id: row.id,
    entityId: row.entity_id as EntityId,
    owner: { kind: 'user', id: row.user_id },
    source: 'assigned',
    keyType: 'assigned',
    key: openColumn(sealer, identityOf(row.entity_id, row.user_id, row.id), row.key),
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
  }
}
