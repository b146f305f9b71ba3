/**
 * Opens or creates the file of a store: durable (WAL, `synchronous=FULL`), readable by its owner only,
 * and brought to the newest form of its tables. Design 9, K-5.
 */
import { closeSync, constants, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { ConfigurationInvalid, StoreFailed } from '../../errors/errors.ts'
import { makeFolder } from '../files/make-folder.ts'

/** The tables of one kind of store. */
export interface StoreSchema {
  /** What the store is called in errors, for instance `HSS`. */
  readonly name: string
  /** Marks the file as a store of this kind, so that none is opened as another. Four octets. */
  readonly applicationId: number
  /** SQL that takes a file from form n to form n + 1; a released entry is never changed. */
  readonly migrations: readonly string[]
}

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
    prepareConnection(db)
    migrate(db, file, schema)
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

/** Forward only, all steps in one transaction. */
function migrate(db: Database.Database, file: string, schema: StoreSchema): void {
  const bringForward = db.transaction(() => {
    const version = db.pragma('user_version', { simple: true }) as number
    if (version > 0 || tableCount(db) > 0) assertSameKind(db, file, schema)
    if (version > schema.migrations.length) {
      throw new ConfigurationInvalid(
        `${schema.name} store ${file}: written by a newer version of this program ` +
          `(form ${version}, known up to ${schema.migrations.length})`,
      )
    }
    if (version === schema.migrations.length) return
    for (const step of schema.migrations.slice(version)) db.exec(step)
    db.pragma(`application_id = ${schema.applicationId}`)
    db.pragma(`user_version = ${schema.migrations.length}`)
  })
  bringForward.immediate()
}

function tableCount(db: Database.Database): number {
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
}

function assertSameKind(db: Database.Database, file: string, schema: StoreSchema): void {
  if (db.pragma('application_id', { simple: true }) === schema.applicationId) return
  throw new ConfigurationInvalid(
    `${schema.name} store ${file}: the database belongs to another program or another kind of store`,
  )
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
