/**
 * One commit a loop turn. Design 9: the operations queued in one turn of the event loop run in one
 * transaction, each under its own SAVEPOINT, and are answered after the commit, so that a promise that
 * resolved is on disk (`synchronous=FULL`).
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { StoreFailed } from '../../errors/errors.ts'

/** Runs operations on one database; nothing else may write through the same connection. */
export interface GroupCommit {
  /**
   * Runs a synchronous operation inside this turn's transaction.
   *
   * @returns What the operation returned, once it is on disk.
   * @throws What the operation threw, which undoes that operation alone.
   * @throws {StoreFailed} If the transaction could not be committed: nothing of that turn took effect.
   */
  readonly run: <T>(operation: () => T) => Promise<T>
  /** Runs a synchronous operation that only reads, at once: it sees what is committed. */
  readonly read: <T>(operation: () => T) => Promise<T>
  /** Finishes what was asked for, then closes the database. Safe to call twice. */
  close(): Promise<void>
}

interface Queued {
  readonly operation: () => unknown
  readonly settle: (result: Result) => void
}

type Result =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown }

/** @param db Taken over: `close` closes it. */
export function createGroupCommit(db: Database.Database): GroupCommit {
  const transaction = prepareTransaction(db)
  let queue: Queued[] = []
  let closing: Promise<void> | undefined

  const flush = (): void => {
    const batch = queue
    queue = []
    const results = commitBatch(db, transaction, batch)
    batch.forEach(({ settle }, index) => {
      settle(results[index] as Result)
    })
  }

  const enqueue = (operation: () => unknown): Promise<Result> =>
    new Promise((settle) => {
      if (queue.length === 0) setImmediate(flush)
      queue.push({ operation, settle })
    })

  const assertOpen = (): void => {
    if (closing !== undefined) throw new StoreFailed('the store is closed')
  }

  return {
    async run<T>(operation: () => T) {
      assertOpen()
      const result = await enqueue(operation)
      if (!result.ok) throw result.error
      return result.value as T
    },
    async read(operation) {
      assertOpen()
      try {
        return operation()
      } catch (error) {
        throw asStoreError(error)
      }
    },
    close() {
      // Immediates run in order: the last queued operations are committed before this one.
      closing ??= nextTurn().then(() => {
        db.close()
      })
      return closing
    },
  }
}

interface Transaction {
  readonly begin: Database.Statement
  readonly commit: Database.Statement
  readonly rollback: Database.Statement
  readonly save: Database.Statement
  readonly release: Database.Statement
  readonly undo: Database.Statement
}

function prepareTransaction(db: Database.Database): Transaction {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    save: db.prepare('SAVEPOINT operation'),
    release: db.prepare('RELEASE operation'),
    undo: db.prepare('ROLLBACK TO operation'),
  }
}

/** The results of all operations, or that same failure for each of them. */
function commitBatch(
  db: Database.Database,
  transaction: Transaction,
  batch: readonly Queued[],
): Result[] {
  try {
    transaction.begin.run()
    const run = batch.length === 1 ? runAlone : runSaved
    const results = batch.map(({ operation }) => run(db, transaction, operation))
    if (db.inTransaction) transaction.commit.run()
    return results
  } catch (cause) {
    if (db.inTransaction) transaction.rollback.run()
    const error = new StoreFailed(`the transaction failed: ${reasonOf(cause)}`, { cause })
    return batch.map(() => ({ ok: false, error }))
  }
}

/** Undone by undoing the whole transaction: one operation needs no SAVEPOINT. @throws As `runSaved`. */
function runAlone(
  db: Database.Database,
  { rollback }: Transaction,
  operation: () => unknown,
): Result {
  try {
    return { ok: true, value: operation() }
  } catch (error) {
    if (!db.inTransaction) throw error
    rollback.run()
    return { ok: false, error: asStoreError(error) }
  }
}

/** @throws What the operation threw, if SQLite gave up the whole transaction (disk full, I/O error). */
function runSaved(
  db: Database.Database,
  transaction: Transaction,
  operation: () => unknown,
): Result {
  transaction.save.run()
  try {
    const value = operation()
    transaction.release.run()
    return { ok: true, value }
  } catch (error) {
    if (!db.inTransaction) throw error
    transaction.undo.run()
    transaction.release.run()
    return { ok: false, error: asStoreError(error) }
  }
}

/** Errors of SQLite become `StoreFailed`; those of the operation itself stay what they are. */
function asStoreError(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  return new StoreFailed(`the store failed: ${reasonOf(error)}`, { cause: error })
}

/** Code and text of SQLite name tables and columns, never values. */
function reasonOf(error: unknown): string {
  if (error instanceof Database.SqliteError) return `${error.code}, ${error.message}`
  return error instanceof Error ? error.message : 'unknown cause'
}
