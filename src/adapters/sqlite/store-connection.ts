/** What all stores on SQLite share: one file, its group commit, and the operations of every `Store`. */
import type Database from 'better-sqlite3'
import type { Store } from '../../ports/store.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import type { StoreSchema } from './migrate.ts'
import { openDatabase } from './open-database.ts'

/** One open store. */
export interface StoreConnection {
  readonly db: Database.Database
  readonly commits: GroupCommit
  /** What every store can do. */
  readonly store: Store
}

/** @throws {ConfigurationInvalid} If the file cannot be used. @throws {StoreFailed} If it fails. */
export function connectStore(file: string, schema: StoreSchema): StoreConnection {
  const db = openDatabase(file, schema)
  const commits = createGroupCommit(db)
  const store: Store = {
    /** Writes the number that is there already: a full disk or a lock shows, nothing changes. */
    check: () =>
      commits.run(() => {
        db.pragma(`user_version = ${db.pragma('user_version', { simple: true }) as number}`)
      }),
    close: () => commits.close(),
  }
  return { db, commits, store }
}
