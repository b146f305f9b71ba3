/** Rows of EUKeys that were handed over and wait for their first HASH: one an entity and user. K-4 */
import type Database from 'better-sqlite3'
import type { EuKey } from '../../cpns-server/server-store.ts'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { EntityId } from '../../identity/entity-id.ts'
import { openColumn, sealColumn } from './sealed-column.ts'
import { createUnchangedRows } from './unchanged-rows.ts'

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
  /** To be called when rows go otherwise. */
  forgetAll(): void
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

/** Entities whose candidates are remembered. */
const REMEMBERED_ENTITIES = 4096
const MAX_FOUND = 4

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
  const select = db.prepare<[string], Row>(
    'SELECT * FROM candidates WHERE entity_id = ? ORDER BY created_at_ms DESC, id',
  )
  const removeOfEntity = db.prepare<[string]>('DELETE FROM candidates WHERE entity_id = ?')
  const removeOfUser = db.prepare<[string, string | null]>(
    'DELETE FROM candidates WHERE user_id = ? AND entity_id = coalesce(?, entity_id)',
  )
  // That there are none is remembered too: most entities have none, and each handshake asks.
  const unchanged = createUnchangedRows<string, readonly Row[]>(db, REMEMBERED_ENTITIES)
  const ofEntity = (entityId: EntityId): readonly Row[] =>
    unchanged.find(entityId, (id) => select.all(id)) ?? []
  return {
    put(euKey) {
      const { entityId, owner, id, key, createdAtMs, expiresAtMs } = euKey
      unchanged.forget(entityId)
      put.run({
        entity_id: entityId,
        user_id: owner.id,
        id,
        key: sealColumn(sealer, identityOf(entityId, owner.id, id), key),
        created_at_ms: createdAtMs,
        expires_at_ms: expiresAtMs,
      })
    },
    has: ({ entityId, owner, id }) =>
      ofEntity(entityId).some((row) => row.user_id === owner.id && row.id === id),
    find: (entityId, nowMs) =>
      ofEntity(entityId)
        .filter(({ expires_at_ms }) => expires_at_ms > nowMs)
        .slice(0, MAX_FOUND)
        .map((row) => euKeyOf(row, sealer)),
    removeOfEntity(entityId) {
      unchanged.forget(entityId)
      return removeOfEntity.run(entityId).changes > 0
    },
    removeOfUser(userId, entityId) {
      unchanged.forgetAll()
      removeOfUser.run(userId, entityId ?? null)
    },
    forgetAll: () => unchanged.forgetAll(),
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
