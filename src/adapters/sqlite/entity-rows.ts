/** Rows of entities and their owners. K-4 */
import type Database from 'better-sqlite3'
import type { EntityInfo, Owner } from '../../cpns-server/server-store.ts'
import type { EntityId } from '../../identity/entity-id.ts'

/** Synchronous operations, to be run inside a commit. */
export interface EntityRows {
  find(entityId: EntityId): EntityInfo | undefined
  list(): EntityInfo[]
  /** Binds an entity that has no owner. @returns Whether it had none. */
  bind(entity: EntityInfo): boolean
  /** Takes the binding away, with EUKeys and sessions. @returns Whether there was one. */
  remove(entityId: EntityId): boolean
}

interface Row {
  readonly entity_id: string
  readonly owner_kind: string
  readonly owner_id: string
  readonly bound_at_ms: number
}

/** @param db A database of `SERVER_SCHEMA`. */
export function createEntityRows(db: Database.Database): EntityRows {
  const select = db.prepare<[string], Row>('SELECT * FROM entities WHERE entity_id = ?')
  const selectAll = db.prepare<[], Row>('SELECT * FROM entities ORDER BY entity_id')
  const insert = db.prepare<[string, string, string, number]>(
    'INSERT INTO entities VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const remove = db.prepare<[string]>('DELETE FROM entities WHERE entity_id = ?')
  return {
    find(entityId) {
      const row = select.get(entityId)
      return row && entityOf(row)
    },
    list: () => selectAll.all().map(entityOf),
    bind: ({ entityId, owner, boundAtMs }) =>
      insert.run(entityId, owner.kind, owner.id, boundAtMs).changes === 1,
    remove: (entityId) => remove.run(entityId).changes === 1,
  }
}

/** Whether two owners are one. */
export function isSameOwner(a: Owner, b: Owner): boolean {
  return a.kind === b.kind && a.id === b.id
}

function entityOf(row: Row): EntityInfo {
  return {
    entityId: row.entity_id as EntityId,
    owner: { kind: row.owner_kind as Owner['kind'], id: row.owner_id },
    boundAtMs: row.bound_at_ms,
  }
}
