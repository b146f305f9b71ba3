/**
 * Seals every key of a database anew, beside the entity that works on it. K-5
 *
 * Each batch reads and writes in one immediate transaction. An entity seals inside its own transactions
 * and looks for a new master key each time, so from the first batch on nothing is sealed under the former.
 */
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import { CpnsError, StoreFailed } from '../../errors/errors.ts'
import { fromHex } from '../../octets/octets.ts'
import { openDatabase } from './open-database.ts'
import { openColumn, sealColumn } from './sealed-column.ts'
import { keyIdIn, type SealedTable, type StoreKind, sealedColumnsOf } from './sealed-columns.ts'

const BATCH = 100
/** Leaves the entity its turns at the lock. */
const PAUSE_MS = 2

/** A row: its primary key by column name, and sealed values. */
type Row = Readonly<Record<string, string | Uint8Array>>

/** How many rows of how many are looked at; those that come meanwhile are not in the total. */
export type ResealProgress = (done: number, total: number) => void

/**
 * @param sealer Opens what is there; seals under its current key.
 * @returns How many values were sealed anew; those under the current key are left alone.
 * @throws {StoreFailed} If a value does not open, or the database fails: what was done until then stays
 *   done, and the next run goes on from there.
 */
export async function resealDatabase(
  file: string,
  { schema, sealed }: StoreKind,
  sealer: RecordSealer,
  progress: ResealProgress = () => {},
): Promise<number> {
  const db = openDatabase(file, schema)
  try {
    let count = 0
    let done = 0
    const total = countRows(db, sealed)
    const look = (rows: number): void => {
      done += rows
      progress(Math.min(done, total), total)
    }
    for (const table of sealed) count += await resealTable(db, table, { sealer, look })
    // The log of the database still holds what was sealed under the former key.
    db.pragma('wal_checkpoint(TRUNCATE)')
    return count
  } catch (cause) {
    if (cause instanceof CpnsError) throw cause
    const code = cause instanceof Database.SqliteError ? cause.code : 'unknown cause'
    throw new StoreFailed(`${schema.name} store ${file}: it cannot be resealed (${code})`, {
      cause,
    })
  } finally {
    db.close()
  }
}

/** How many values of a database are sealed under another key than this one. */
export function countSealedOtherwise(file: string, kind: StoreKind, keyId: string): number {
  const db = openDatabase(file, kind.schema)
  try {
    return sealedColumnsOf(kind)
      .map(({ table, column }) =>
        db
          .prepare<[Uint8Array], number>(
            `SELECT count(*) FROM ${table} WHERE ${keyIdIn(column)} <> ?`,
          )
          .pluck()
          .get(fromHex(keyId)),
      )
      .reduce((sum: number, count) => sum + (count ?? 0), 0)
  } finally {
    db.close()
  }
}

function countRows(db: Database.Database, tables: readonly SealedTable[]): number {
  const count = (table: string): number =>
    db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0
  return tables.reduce((sum, { table }) => sum + count(table), 0)
}

async function resealTable(
  db: Database.Database,
  table: SealedTable,
  { sealer, look }: { readonly sealer: RecordSealer; readonly look: (rows: number) => void },
): Promise<number> {
  const found = foundBy(table)
  const key = found.join(', ')
  const holes = found.map(() => '?').join(', ')
  const columns = [...new Set([...found, ...table.primaryKey, ...table.columns])].join(', ')
  const page = (where: string) =>
    `SELECT ${columns} FROM ${table.table} ${where}
     ORDER BY ${key} LIMIT ${BATCH}`
  const first = db.prepare<[], Row>(page(''))
  const next = db.prepare<unknown[], Row>(page(`WHERE (${key}) > (${holes})`))
  const update = prepareUpdate(db, table)
  let last: Row | undefined
  let count = 0
  const batch = db.transaction((): Row[] => {
    const rows = last === undefined ? first.all() : next.all(valuesOf(last, found))
    for (const row of rows) count += resealRow(row, table, { sealer, update })
    return rows
  })
  for (;;) {
    const rows = batch.immediate()
    last = rows.at(-1)
    if (last === undefined) return count
    look(rows.length)
    await pause(PAUSE_MS)
  }
}

type Update = (column: string, sealed: Uint8Array, row: Row) => void

function prepareUpdate(db: Database.Database, table: SealedTable): Update {
  const where = foundBy(table)
    .map((name) => `${name} = ?`)
    .join(' AND ')
  const statements = new Map(
    table.columns.map((column) => [
      column,
      db.prepare(`UPDATE ${table.table} SET ${column} = ? WHERE ${where}`),
    ]),
  )
  return (column, sealed, row) =>
    void statements.get(column)?.run([sealed, ...valuesOf(row, foundBy(table))])
}

function resealRow(
  row: Row,
  table: SealedTable,
  { sealer, update }: { readonly sealer: RecordSealer; readonly update: Update },
): number {
  const former = table.columns.filter((column) => keyIdOf(row[column]) !== sealer.keyId)
  for (const column of former) {
    const identity = {
      table: table.table,
      primaryKey: valuesOf(row, table.primaryKey) as string[],
      column,
    }
    const secret = openColumn(sealer, identity, row[column] as Uint8Array)
    update(column, sealColumn(sealer, identity, secret), row)
  }
  return former.length
}

function foundBy({ primaryKey, foundBy: columns = primaryKey }: SealedTable): readonly string[] {
  return columns
}

function valuesOf(row: Row, columns: readonly string[]): (string | Uint8Array | undefined)[] {
  return columns.map((name) => row[name])
}

/** The key id behind the version octet of a sealed value. */
function keyIdOf(sealed: string | Uint8Array | undefined): string {
  return Buffer.from((sealed as Uint8Array).subarray(1, 9)).toString('hex')
}
