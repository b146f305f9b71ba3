/** Rows of entities and their owners. K-4 */
import type Database from 'better-sqlite3'
import type { EntityInfo, Owner } from '../../cpns-server/server-store.ts'
import type { EntityId } from '../../identity/entity-id.ts'
import type { UserId } from '../../identity/user-id.ts'
import type { ListPart } from '../../ports/store.ts'
import { createUnchangedRows } from './unchanged-rows.ts'

/** Synchronous operations, to be run inside a commit. */
export interface EntityRows {
  find(entityId: EntityId): EntityInfo | undefined
  list(part?: ListPart<string>): EntityInfo[]
  /** Binds an entity that has no owner. @returns Whether it had none. */
  bind(entity: EntityInfo): boolean
  /** Gives an entity to another owner, and takes its link to a user back. @returns Whether it had one. */
  rebind(entity: Pick<EntityInfo, 'entityId' | 'owner' | 'boundAtMs'>): boolean
  /** @param userId `undefined` takes a link back. @returns Whether there is such an entity. */
  linkUser(entityId: EntityId, userId: UserId | undefined): boolean
  /** Takes back all links to a user. */
  unlinkUser(userId: UserId): void
  /** Takes the binding away, with EUKeys and sessions. @returns Whether there was one. */
  remove(entityId: EntityId): boolean
}

/** Entities that are remembered. */
const REMEMBERED_ENTITIES = 4096

interface Row {
  readonly entity_id: string
  readonly owner_kind: string
  readonly owner_id: string
  readonly bound_at_ms: number
  readonly linked_user_id: string | null
}

/** @param db A database of `SERVER_SCHEMA`. */
export function createEntityRows(db: Database.Database): EntityRows {
  const select = db.prepare<[string], Row>('SELECT * FROM entities WHERE entity_id = ?')
  const selectPart = db.prepare<[string, number], Row>(
    'SELECT * FROM entities WHERE entity_id > ? ORDER BY entity_id LIMIT ?',
  )
  const insert = db.prepare<[string, string, string, number]>(
    `INSERT INTO entities (entity_id, owner_kind, owner_id, bound_at_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  )
  const link = db.prepare<[string | null, string]>(
    'UPDATE entities SET linked_user_id = ? WHERE entity_id = ?',
  )
  const rebind = db.prepare<[string, string, number, string]>(
    `UPDATE entities SET owner_kind = ?, owner_id = ?, bound_at_ms = ?, linked_user_id = NULL
     WHERE entity_id = ?`,
  )
  const unlink = db.prepare<[string]>(
    'UPDATE entities SET linked_user_id = NULL WHERE linked_user_id = ?',
  )
  const remove = db.prepare<[string]>('DELETE FROM entities WHERE entity_id = ?')
  const unchanged = createUnchangedRows<string, EntityInfo>(db, REMEMBERED_ENTITIES)
  const read = (entityId: string): EntityInfo | undefined => {
    const row = select.get(entityId)
    return row && entityOf(row)
  }
  return {
    find: (entityId) => unchanged.find(entityId, read),
    list: ({ after = '', limit = -1 } = {}) => selectPart.all(after, limit).map(entityOf),
    bind: ({ entityId, owner, boundAtMs }) =>
      insert.run(entityId, owner.kind, owner.id, boundAtMs).changes === 1,
    rebind({ entityId, owner, boundAtMs }) {
      unchanged.forget(entityId)
      return rebind.run(owner.kind, owner.id, boundAtMs, entityId).changes === 1
    },
    linkUser(entityId, userId) {
      unchanged.forget(entityId)
      return link.run(userId ?? null, entityId).changes === 1
    },
    unlinkUser(userId) {
      unchanged.forgetAll()
      unlink.run(userId)
    },
    remove(entityId) {
      unchanged.forget(entityId)
      return remove.run(entityId).changes === 1
    },
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
    ...(row.linked_user_id !== null && { linkedUserId: row.linked_user_id as UserId }),
    boundAtMs: row.bound_at_ms,
  }
}
