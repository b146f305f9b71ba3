/**
 * Brings the tables of a store forward, by numbered steps that are never changed once they are released.
 * Design 9
 *
 * All steps of a file are one transaction, so a kill at any moment leaves the former form or the new one.
 * No other process may have the file open meanwhile: a program of an older version would write into
 * tables that it does not know.
 */
import Database from 'better-sqlite3'
import { ConfigurationInvalid, StoreFailed } from '../../errors/errors.ts'

/** One step, from form n to form n + 1. */
export interface Migration {
  /** What it brings, for who asks before it runs: a few words, for instance `loads of mailboxes`. */
  readonly brings: string
  /** Runs with foreign keys off, so that a table can be replaced; they are checked before the commit. */
  readonly sql: string
}

/** Told of each step before it runs; nothing else happens until it is done. */
export type BeforeStep = (migration: Migration) => void

/** The tables of one kind of store. */
export interface StoreSchema {
  /** What the store is called in errors, for instance `HSS`. */
  readonly name: string
  /** Marks the file as a store of this kind, so that none is opened as another. Four octets. */
  readonly applicationId: number
  /** Step n takes a file from form n to form n + 1; a released one is never changed. */
  readonly migrations: readonly Migration[]
}

const LOCK_WAIT_MS = 5_000
/** Then the form is looked at again: who had the file may have brought it forward. */
const LOCK_TRY_MS = 250

/**
 * The form that a database is in; 0 for an empty one.
 *
 * @throws {ConfigurationInvalid} If it is of another kind, or of a newer program.
 */
export function formOf(db: Database.Database, file: string, schema: StoreSchema): number {
  const form = db.pragma('user_version', { simple: true }) as number
  if (form > 0 || tableCount(db) > 0) assertSameKind(db, file, schema)
  const newest = schema.migrations.length
  if (form <= newest) return form
  throw new ConfigurationInvalid(
    `${schema.name} store ${file}: written by a newer version of this program ` +
      `(form ${form}, known up to ${newest}): use that version, or restore a backup`,
  )
}

/**
 * Runs what is missing in one transaction of this connection.
 *
 * @returns The form that it was in.
 * @throws {ConfigurationInvalid} As `formOf`. @throws {StoreFailed} If a step leaves a row that refers to
 *   one that is not there; nothing is changed then.
 */
export function runMigrations(
  db: Database.Database,
  file: string,
  schema: StoreSchema,
  beforeStep: BeforeStep = () => {},
): number {
  const bringForward = db.transaction((): number => {
    const form = formOf(db, file, schema)
    const steps = schema.migrations.slice(form)
    if (steps.length === 0) return form
    for (const step of steps) {
      beforeStep(step)
      db.exec(step.sql)
    }
    if ((db.pragma('foreign_key_check') as unknown[]).length > 0) {
      throw new StoreFailed(`${schema.name} store ${file}: rows refer to what is not there`)
    }
    db.pragma(`application_id = ${schema.applicationId}`)
    db.pragma(`user_version = ${schema.migrations.length}`)
    return form
  })
  // Has no effect within a transaction. With it, replacing a table would empty those that refer to it.
  db.pragma('foreign_keys = OFF')
  try {
    return bringForward.immediate()
  } finally {
    db.pragma('foreign_keys = ON')
  }
}

/**
 * As `runMigrations`, on a file that is there, while no other process has it open.
 *
 * @throws {ConfigurationInvalid} If another process does not let it go within five seconds.
 */
export function migrateFile(file: string, schema: StoreSchema, beforeStep?: BeforeStep): number {
  const deadlineMs = performance.now() + LOCK_WAIT_MS
  for (;;) {
    const db = new Database(file, { fileMustExist: true, timeout: LOCK_TRY_MS })
    try {
      // Before the first look at the file: then the lock is on all of it, and readers are kept out too.
      db.pragma('locking_mode = EXCLUSIVE')
      db.pragma('synchronous = FULL')
      db.pragma('trusted_schema = OFF')
      db.pragma('secure_delete = ON')
      return runMigrations(db, file, schema, beforeStep)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'SQLITE_BUSY') throw cause
      if (performance.now() > deadlineMs) throw inUse(file, schema, cause)
    } finally {
      db.close()
    }
    const form = readForm(file, schema)
    if (form === schema.migrations.length) return form
  }
}

/** By a connection of its own. */
function readForm(file: string, schema: StoreSchema): number {
  const db = new Database(file, { readonly: true, timeout: LOCK_WAIT_MS })
  try {
    return formOf(db, file, schema)
  } finally {
    db.close()
  }
}

function inUse(file: string, { name, migrations }: StoreSchema, cause: unknown) {
  return new ConfigurationInvalid(
    `${name} store ${file}: it must be brought to form ${migrations.length}, and another process ` +
      'uses it: stop that process first',
    { cause },
  )
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
