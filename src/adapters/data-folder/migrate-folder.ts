/** The databases of a data folder brought to the newest form of their tables, or what that would do. Design 9 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { ConfigurationInvalid, CpnsError, StoreFailed } from '../../errors/errors.ts'
import type { Log } from '../../ports/log.ts'
import { migrateFile } from '../sqlite/migrate.ts'
import { openUnchanged, readMarks } from '../sqlite/open-unchanged.ts'
import {
  type FolderDatabase,
  findDatabases,
  findKnownDatabases,
  lockFolder,
} from './folder-databases.ts'

/** One database and what it lacks. */
export interface StoreForm {
  /** For instance `server.db`. */
  readonly store: string
  /** What it is the store of. */
  readonly kind: string
  /** The form it is in, or was in before. */
  readonly form: number
  /** The newest form that this program knows. */
  readonly newest: number
  /** Step by step, until the newest. */
  readonly steps: readonly { readonly form: number; readonly brings: string }[]
}

/** SQLite copies so many between two turns of the event loop. */
const PAGES_AT_ONCE = 1000

/** How far it is. */
export interface MigrationProgress {
  /** For instance `server.db`. */
  readonly store: string
  /** A step begins, of so many of this store; until it is done nothing else happens. */
  readonly step?: { readonly done: number; readonly total: number; readonly brings: string }
  /** Of a copy, how many pages of how many there are. */
  readonly copy?: { readonly done: number; readonly total: number }
}

/** Is told how far it is. */
export type TellMigration = (progress: MigrationProgress) => void

/**
 * Tries every step that is missing on copies; in the folder no octet changes, and no file comes or goes.
 *
 * @throws {ConfigurationInvalid} If a database is of an unknown kind, or of a newer program.
 * @throws {StoreFailed} If a step fails.
 */
export async function tryMigrations(
  folder: string,
  tell: TellMigration = () => {},
): Promise<StoreForm[]> {
  const found = findDatabases(folder).map((database) => ({ database, form: formOf(database) }))
  for (const { database, form } of found) {
    if (form.steps.length > 0) await tryOnCopy(database, tell)
  }
  return found.map(({ form }) => form)
}

/**
 * Each database by itself: what was done before one that fails stays done.
 *
 * @throws {ConfigurationInvalid} As `tryMigrations`, and if a process uses a database that lacks
 *   something, or works on the whole folder. @throws {StoreFailed} If a step fails.
 */
export function migrateFolder(folder: string, tell?: TellMigration): StoreForm[] {
  return migrateAll(folder, findDatabases(folder), tell)
}

/**
 * As `migrateFolder`, for an entity that starts: databases of other programs are nothing to it, and the
 * log is told of each that it brought forward.
 */
export function migrateAtStart(folder: string, log: Log): void {
  const found = findKnownDatabases(folder)
  if (found.every((database) => formOf(database).steps.length === 0)) return
  for (const { store, form, newest, steps } of migrateAll(folder, found)) {
    if (steps.length > 0) log.info('store-migrated', { store, form: newest, formerForm: form })
  }
}

function migrateAll(
  folder: string,
  found: readonly FolderDatabase[],
  tell: TellMigration = () => {},
): StoreForm[] {
  const release = lockFolder(folder)
  try {
    return found.map((database) => {
      const form = formOf(database)
      if (form.steps.length > 0) bringForward(database, database.file, tell)
      return form
    })
  } finally {
    release()
  }
}

function formOf({ name, file, kind: { schema } }: FolderDatabase): StoreForm {
  const form = readMarks(file)?.form ?? 0
  const newest = schema.migrations.length
  if (form > newest) {
    throw new ConfigurationInvalid(
      `${file}: written by a newer version of this program (form ${form}, known up to ${newest}): ` +
        'use that version, or restore a backup',
    )
  }
  const steps = schema.migrations
    .slice(form)
    .map(({ brings }, index) => ({ form: form + index + 1, brings }))
  return { store: name, kind: schema.name, form, newest, steps }
}

async function tryOnCopy(database: FolderDatabase, tell: TellMigration): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cpns-migrate-'))
  try {
    const copy = join(folder, database.name)
    const source = openUnchanged(database.file)
    try {
      await source.db.backup(copy, {
        progress({ totalPages: total, remainingPages }) {
          tell({ store: database.name, copy: { done: total - remainingPages, total } })
          return PAGES_AT_ONCE
        },
      })
    } finally {
      source.close()
    }
    bringForward(database, copy, tell)
    assertWhole(database, copy)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function bringForward(database: FolderDatabase, at: string, tell: TellMigration): void {
  const { name: store, file, kind } = database
  const { schema } = kind
  const total = formOf(database).steps.length
  let done = 0
  try {
    migrateFile(at, schema, ({ brings }) => tell({ store, step: { done: done++, total, brings } }))
  } catch (cause) {
    if (cause instanceof CpnsError) throw cause
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new StoreFailed(`${schema.name} store ${file}: it cannot be brought forward (${code})`, {
      cause,
    })
  }
}

function assertWhole({ file, kind }: FolderDatabase, copy: string): void {
  const db = new Database(copy, { readonly: true })
  try {
    if (db.pragma('quick_check(1)', { simple: true }) === 'ok') return
    throw new StoreFailed(`${kind.schema.name} store ${file}: it is damaged`)
  } finally {
    db.close()
  }
}
