/** Rows of EUKeys: at most one current an entity, the replaced ones until they expire. K-4 */
import type Database from 'better-sqlite3'
import type { KeyType } from '../../cpns/key-type.ts'
import type {
  EntityListPart,
  EuKey,
  EuKeyInfo,
  EuKeyPlace,
  EuKeySource,
  Owner,
} from '../../cpns-server/server-store.ts'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { EntityId } from '../../identity/entity-id.ts'
import type { UserId } from '../../identity/user-id.ts'
import { openColumn, sealColumn } from './sealed-column.ts'
import { createUnchangedRows } from './unchanged-rows.ts'

/** An EUKey with its state. */
export interface StoredEuKey {
  readonly euKey: EuKey
  readonly state: 'current' | 'replaced'
}

/** Synchronous operations, to be run inside a commit. */
export interface EuKeyRows {
  /** The entity's current EUKey, expired or not. */
  findCurrent(entityId: EntityId): EuKey | undefined
  /** An EUKey by its id; of two key types under one id, the current one. */
  findById(entityId: EntityId, id: string): StoredEuKey | undefined
  /** State and expiry of this EUKey: entity, id and key type. The key is not opened. */
  findState(euKey: EuKey): Pick<EuKeyInfo, 'state' | 'expiresAtMs'> | undefined
  /** Stores an EUKey as the entity's current one; the former is replaced. */
  makeCurrent(euKey: EuKey): void
  list(part?: EntityListPart<EuKeyPlace>): EuKeyInfo[]
  /** Whether there were any. */
  removeAll(entityId: EntityId): boolean
  /** Removes the EUKeys of a user, all or those for one entity. @returns The entities that had one. */
  removeOfUser(userId: UserId, entityId?: EntityId): EntityId[]
  /** To be called when rows go otherwise: those of an entity with it, expired ones of any. */
  forget(entityId?: EntityId): void
}

/** An EUKey as it is remembered: opened when it is first asked for. */
interface Remembered {
  readonly info: EuKeyInfo
  /** @throws {StoreFailed} As `openColumn`. */
  open(): EuKey
}

/** Entities whose EUKeys are remembered, each some 500 octets. */
const REMEMBERED_ENTITIES = 4096

interface Row {
  readonly entity_id: string
  readonly id: string
  readonly key_type: string
  readonly owner_kind: string
  readonly owner_id: string
  readonly source: string
  readonly key: Uint8Array
  readonly created_at_ms: number
  readonly expires_at_ms: number
  readonly state: string
}

/** @param sealer Seals the keys. */
export function createEuKeyRows(db: Database.Database, sealer: RecordSealer): EuKeyRows {
  const selectOfEntity = db.prepare<[string], Row>(
    `SELECT * FROM eukeys WHERE entity_id = ? ORDER BY state = 'current' DESC`,
  )
  const replaceCurrent = db.prepare<[string]>(
    `UPDATE eukeys SET state = 'replaced' WHERE entity_id = ? AND state = 'current'`,
  )
  const insert = db.prepare<Row>(
    `INSERT INTO eukeys VALUES (@entity_id, @id, @key_type, @owner_kind, @owner_id, @source, @key,
       @created_at_ms, @expires_at_ms, @state)`,
  )
  const removeOfUser = db.prepare<[string, string | null], Pick<Row, 'entity_id'>>(
    `DELETE FROM eukeys WHERE owner_kind = 'user' AND owner_id = ?
     AND entity_id = coalesce(?, entity_id) RETURNING entity_id`,
  )
  const remove = db.prepare<[string]>('DELETE FROM eukeys WHERE entity_id = ?')

  const unchanged = createUnchangedRows<string, readonly Remembered[]>(db, REMEMBERED_ENTITIES)
  const read = (entityId: string): readonly Remembered[] | undefined => {
    const rows = selectOfEntity.all(entityId)
    return rows.length === 0 ? undefined : rows.map((row) => remember(row, sealer))
  }
  /** The current one first. */
  const ofEntity = (entityId: EntityId): readonly Remembered[] =>
    unchanged.find(entityId, read) ?? []

  return {
    findCurrent: (entityId) =>
      ofEntity(entityId)
        .find(({ info }) => info.state === 'current')
        ?.open(),
    findById(entityId, id) {
      const found = ofEntity(entityId).find(({ info }) => info.id === id)
      return found && { euKey: found.open(), state: found.info.state }
    },
    findState: ({ entityId, id, keyType }) =>
      ofEntity(entityId).find(({ info }) => info.id === id && info.keyType === keyType)?.info,
    makeCurrent(euKey) {
      unchanged.forget(euKey.entityId)
      replaceCurrent.run(euKey.entityId)
      insert.run(rowOf(euKey, sealer))
    },
    list: prepareList(db),
    removeOfUser(userId, entityId) {
      unchanged.forgetAll()
      const rows = removeOfUser.all(userId, entityId ?? null)
      return rows.map(({ entity_id }) => entity_id as EntityId)
    },
    removeAll(entityId) {
      unchanged.forget(entityId)
      return remove.run(entityId).changes > 0
    },
    forget(entityId) {
      if (entityId === undefined) unchanged.forgetAll()
      else unchanged.forget(entityId)
    },
  }
}

function prepareList(db: Database.Database): EuKeyRows['list'] {
  const sqlOf = (condition: string): string =>
    `SELECT * FROM eukeys WHERE ${condition}
     (entity_id, created_at_ms, id, key_type) > (@afterEntity, @createdAtMs, @id, @keyType)
     ORDER BY entity_id, created_at_ms, id, key_type LIMIT @limit`
  type Part = Omit<EuKeyPlace, 'entityId'> & {
    readonly afterEntity: string
    readonly limit: number
  }
  const select = db.prepare<Part, Row>(sqlOf(''))
  const selectOf = db.prepare<Part & { readonly entityId: string }, Row>(
    sqlOf('entity_id = @entityId AND'),
  )
  const START = { entityId: '', createdAtMs: -1, id: '', keyType: 'assigned' } as const
  return ({ entityId, after = START, limit = -1 } = {}) => {
    const { entityId: afterEntity, createdAtMs, id, keyType } = after
    const part = { afterEntity, createdAtMs, id, keyType, limit }
    const rows = entityId === undefined ? select.all(part) : selectOf.all({ ...part, entityId })
    return rows.map(infoOf)
  }
}

function rowOf(euKey: EuKey, sealer: RecordSealer): Row {
  return {
    entity_id: euKey.entityId,
    id: euKey.id,
    key_type: euKey.keyType,
    owner_kind: euKey.owner.kind,
    owner_id: euKey.owner.id,
    source: euKey.source,
    key: sealColumn(sealer, identityOf(euKey.entityId, euKey.id, euKey.keyType), euKey.key),
    created_at_ms: euKey.createdAtMs,
    expires_at_ms: euKey.expiresAtMs,
    state: 'current',
  }
}

function remember(row: Row, sealer: RecordSealer): Remembered {
  const info = infoOf(row)
  let opened: EuKey | undefined
  return {
    info,
    open() {
      opened ??= euKeyOf(row, sealer)
      return opened
    },
  }
}

function euKeyOf(row: Row, sealer: RecordSealer): EuKey {
  const { state: _, ...info } = infoOf(row)
  const key = openColumn(sealer, identityOf(row.entity_id, row.id, row.key_type), row.key)
  return { ...info, key }
}

function infoOf(row: Row): EuKeyInfo {
  return {
    id: row.id,
    entityId: row.entity_id as EntityId,
    owner: { kind: row.owner_kind as Owner['kind'], id: row.owner_id },
    source: row.source as EuKeySource,
    keyType: row.key_type as KeyType,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    state: stateOf(row),
  }
}

function stateOf(row: Row): EuKeyInfo['state'] {
  return row.state as EuKeyInfo['state']
}

function identityOf(entityId: string, id: string, keyType: string) {
  return { table: 'eukeys', primaryKey: [entityId, id, keyType], column: 'key' }
}
