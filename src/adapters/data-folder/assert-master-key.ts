/**
 * Whether the master key at hand is the one that the databases of a folder are sealed under. A folder that was
 * restored without its key, or is named with another one, would look empty otherwise, and new keys would be sealed
 * where the old ones do not open. K-5
 */
import Database from 'better-sqlite3'
import { type MasterKeys, masterKeyId } from '../../crypto/record-sealer.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { fromHex, toHex } from '../../octets/octets.ts'
import { keyIdIn, sealedColumnsOf } from '../sqlite/sealed-columns.ts'
import { type FolderDatabase, findKnownDatabases } from './folder-databases.ts'

/**
 * @param keysNow As they are at the time of the call: they may be in rotation.
 * @throws {ConfigurationInvalid} If a database has sealed values and not one of them is under these keys; names both.
 */
export function assertMasterKey(folder: string, keysNow: () => MasterKeys): void {
  for (const database of findKnownDatabases(folder)) {
    // Once more, because a rotation may have ended between the one look and the other.
    const other = foreignKeyIn(database, keysNow()) && foreignKeyIn(database, keysNow())
    if (other === undefined) continue
    throw new ConfigurationInvalid(
      `data folder ${folder}: ${database.name} is sealed under master key ${other}, ` +
        `not under ${masterKeyId(keysNow().current)}: give it the key that it was made with`,
    )
  }
}

/** Id of the key that all is sealed under, if that is none of these. */
function foreignKeyIn({ file, kind }: FolderDatabase, keys: MasterKeys): string | undefined {
  const ids = [keys.current, ...(keys.former ?? [])].map((key) => fromHex(masterKeyId(key)))
  let db: Database.Database | undefined
  try {
    // Not for reading only: that would leave side files behind where there are none.
    db = new Database(file, { fileMustExist: true })
    let other: Uint8Array | undefined
    for (const { table, column } of sealedColumnsOf(kind)) {
      if (!hasColumn(db, table, column)) continue
      const id = keyIdIn(column)
      const holes = ids.map(() => '?').join(', ')
      const known = `SELECT 1 FROM ${table} WHERE ${id} IN (${holes}) LIMIT 1`
      if (db.prepare(known).get(...ids) !== undefined) return undefined
      const any = db.prepare<[], Uint8Array>(`SELECT ${id} FROM ${table} LIMIT 1`).pluck()
      other ??= any.get()
    }
    return other && toHex(other)
  } catch (error) {
    // In use by a migration, damaged, or not to be written: its store says so when it is opened.
    if (error instanceof Database.SqliteError) return undefined
    throw error
  } finally {
    db?.close()
  }
}

/** A database of an older form may lack it. */
function hasColumn(db: Database.Database, table: string, column: string): boolean {
  const found = db.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, column)
  return found !== undefined
}
