/**
 * Opens or creates the file of a store: durable (WAL, `synchronous=FULL`), readable by its owner only,
 * and brought to the newest form of its tables. Design 9, K-5.
 */
import { closeSync, constants, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { ConfigurationInvalid, StoreFailed } from '../../errors/errors.ts'
import { makeFolder } from '../files/make-folder.ts'
import { formOf, migrateFile, runMigrations, type StoreSchema } from './migrate.ts'

/** A store in memory, gone when it is closed. */
export const IN_MEMORY = ':memory:'

const LOCK_WAIT_MS = 5_000

/** Plain words for what stops a file or folder from being used. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'a part of the path is not a folder',
  ENAMETOOLONG: 'the path is too long',
  ENOSPC: 'the disk is full',
  SQLITE_NOTADB: 'it is not a database',
  SQLITE_CORRUPT: 'the database is damaged',
  SQLITE_BUSY: 'another process holds it',
  SQLITE_CANTOPEN: 'the file or its folder cannot be written',
  SQLITE_READONLY: 'the file or its folder cannot be written',
  SQLITE_READONLY_DIRECTORY: 'its folder cannot be written',
}

/**
 * @param file Path of the database, or `:memory:`. A missing file is made with mode 0600, a missing
 *   folder with mode 0700.
 * @throws {ConfigurationInvalid} If the path cannot be used, holds something else, or was written by a
 *   newer version of the program.
 * @throws {StoreFailed} If reading or writing fails otherwise.
 */
export function openDatabase(file: string, schema: StoreSchema): Database.Database {
  if (file !== IN_MEMORY) createFile(file, schema.name)
  let db: Database.Database | undefined
  try {
    db = new Database(file, { timeout: LOCK_WAIT_MS })
    const form = formOf(db, file, schema)
    if (form > 0 && form < schema.migrations.length) {
      db.close()
      migrateFile(file, schema)
      db = new Database(file, { timeout: LOCK_WAIT_MS })
    }
    prepareConnection(db)
    if (form === 0) runMigrations(db, file, schema)
    return db
  } catch (error) {
    db?.close()
    throw openingError(error, file, schema.name)
  }
}

/** SQLite gives its side files (-wal, -shm) the mode of the file. */
function createFile(file: string, name: string): void {
  try {
    makeFolder(dirname(file))
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
      throw new ConfigurationInvalid(`${name} store ${file}: it is a folder, not a file`)
    }
    closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600))
  } catch (error) {
    throw openingError(error, file, name)
  }
}

function prepareConnection(db: Database.Database): void {
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('trusted_schema = OFF')
  // K-6: a sealing key that is erased is overwritten, not only unlinked.
  db.pragma('secure_delete = ON')
}

function openingError(error: unknown, file: string, name: string): Error {
  if (error instanceof ConfigurationInvalid) return error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const reason = REASONS[code]
  if (reason !== undefined) {
    return new ConfigurationInvalid(`${name} store ${file}: ${reason}`, { cause: error })
  }
  return new StoreFailed(`${name} store ${file} cannot be opened (${code || 'unknown cause'})`, {
    cause: error,
  })
}
