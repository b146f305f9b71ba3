/** Which columns of which store hold sealed keys, for who has to find them all. K-5 */
import { APP_SCHEMA } from './app-store.ts'
import { BSF_SCHEMA } from './bsf-store.ts'
import { HSS_SCHEMA } from './hss-store.ts'
import type { StoreSchema } from './migrate.ts'
import { PNE_SCHEMA } from './pne-store.ts'
import { SEEN_LIST_SCHEMA } from './seen-list.ts'
import { SERVER_SCHEMA } from './server-schema.ts'

/** Sealed columns of one table. */
export interface SealedTable {
  readonly table: string
  /** Columns whose values are in the identity of each sealed value, in order; unique in the table. */
  readonly primaryKey: readonly string[]
  /** Columns of a unique index that rows are found by, where that is not of the primary key. */
  readonly foundBy?: readonly string[]
  readonly columns: readonly string[]
}

/** One kind of store with all sealed columns that it has. */
export interface StoreKind {
  readonly schema: StoreSchema
  readonly sealed: readonly SealedTable[]
}

const SEALING_KEYS: SealedTable = {
  table: 'sealing_keys',
  primaryKey: ['purpose', 'id'],
  columns: ['key'],
}

/** Every kind of store; a new sealed column is named here, and a test finds one that is not. */
export const STORE_KINDS: readonly StoreKind[] = [
  {
    schema: HSS_SCHEMA,
    sealed: [
      {
        table: 'subscribers',
        primaryKey: ['impi'],
        columns: ['subscriber_key', 'operator_variant'],
      },
    ],
  },
  {
    schema: BSF_SCHEMA,
    sealed: [
      { table: 'bootstraps', primaryKey: ['btid'], foundBy: ['rand'], columns: ['ks'] },
      SEALING_KEYS,
    ],
  },
  {
    schema: SERVER_SCHEMA,
    sealed: [
      { table: 'eukeys', primaryKey: ['entity_id', 'id', 'key_type'], columns: ['key'] },
      { table: 'sessions', primaryKey: ['session_id'], columns: ['session_key'] },
      { table: 'users', primaryKey: ['user_id'], columns: ['auth_key', 'wrap_base'] },
      { table: 'server_secrets', primaryKey: ['name'], columns: ['secret'] },
      { table: 'candidates', primaryKey: ['entity_id', 'user_id', 'id'], columns: ['key'] },
      { table: 'trigger_keys', primaryKey: ['user_id', 'pne'], columns: ['key'] },
      SEALING_KEYS,
    ],
  },
  {
    schema: PNE_SCHEMA,
    sealed: [
      { table: 'eukey', primaryKey: ['id'], columns: ['key'] },
      { table: 'owner', primaryKey: ['user_id'], columns: ['trigger_key'] },
    ],
  },
  {
    schema: APP_SCHEMA,
    sealed: [{ table: 'webhooks', primaryKey: ['service'], columns: ['secret'] }],
  },
  { schema: SEEN_LIST_SCHEMA, sealed: [] },
]

/** One column whose values are sealed. */
export interface SealedColumn {
  readonly table: string
  readonly column: string
}

/** Every sealed column of a kind of store. */
export function sealedColumnsOf({ sealed }: StoreKind): readonly SealedColumn[] {
  return sealed.flatMap(({ table, columns }) => columns.map((column) => ({ table, column })))
}

/** In SQL the id of the key that a value of the column is sealed under: behind its version octet. */
export function keyIdIn(column: string): string {
  return `substr(${column}, 2, 8)`
}
