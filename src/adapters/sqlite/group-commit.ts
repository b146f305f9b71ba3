/**
 * One commit for many operations. Design 9: the operations queued in one turn of the event loop run in one
 * transaction, each under its own SAVEPOINT, and are answered after the commit and its sync, so that a
 * promise that resolved is on disk (as with `synchronous=FULL`).
 *
 * While the loop is busy, the operations of its next turns come into the same commit, for a millisecond
 * at most; those that come while a commit is synced are in the next one.
 */
import Database from 'better-sqlite3'
import { StoreFailed } from '../../errors/errors.ts'
import { type LogSync, takeLogSync } from './log-sync.ts'

/** Runs operations on one database; nothing else may write through the same connection. */
export interface GroupCommit {
  /**
   * Runs a synchronous operation inside the next transaction.
   *
   * @returns What the operation returned, once it is on disk.
   * @throws What the operation threw, which undoes that operation alone.
   * @throws {StoreFailed} If the transaction could not be committed: nothing of it took effect. If the disk
   *   failed after that: whether it took effect shows when the database is opened again, and nothing more
   *   is done until then.
   */
  readonly run: <T>(operation: () => T) => Promise<T>
  /** Runs a synchronous operation that only reads, at once: it sees what is committed, if not yet synced. */
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

/** Operations of several turns share a commit while the loop has other work; the first waits no longer. */
const LONGEST_GATHER_MS = 1
/** With so many a commit waits for no more. */
const MOST_OPERATIONS = 256
/** Of so many somebody will want the loop before their sync is done, even if nobody does now. */
const MANY_OPERATIONS = 8
/** A turn of the loop that took no longer brought no other work. */
const IDLE_TURN_MS = 0.05

/**
 * @param db Taken over: `close` closes it.
 * @param log How its commits come to the disk; default: this program syncs them, without stopping the loop.
 * @throws {StoreFailed} If the log of the database cannot be opened.
 */
export function createGroupCommit(
  db: Database.Database,
  log: LogSync | undefined = takeLogSync(db),
): GroupCommit {
  const transaction = prepareTransaction(db)
  let queue: Queued[] = []
  let isCommitting = false
  let closing: Promise<void> | undefined

  const commitQueue = async (isIdle: boolean): Promise<void> => {
    const batch = queue
    queue = []
    const results = commitBatch(db, transaction, batch, log?.failure)
    const mayStop = isIdle && batch.length < MANY_OPERATIONS
    const settled = log === undefined ? results : await onceSynced(results, log, mayStop)
    batch.forEach(({ settle }, index) => {
      settle(settled[index] as Result)
    })
  }

  /** One commit after the other; each takes what was asked for while the last one was on its way. */
  const commitAll = async (): Promise<void> => {
    isCommitting = true
    while (queue.length > 0) {
      await commitQueue(await gathered(() => queue.length >= MOST_OPERATIONS))
    }
    isCommitting = false
  }

  const enqueue = (operation: () => unknown): Promise<Result> =>
    new Promise((settle) => {
      queue.push({ operation, settle })
      if (!isCommitting) void commitAll()
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
      // An operation that does nothing is answered after all that were asked for before it.
      closing ??= enqueue(() => {}).then(() => {
        db.close()
        log?.close()
      })
      return closing
    },
  }
}

/**
 * Ends with the turn of the loop, or with a later one: as long as the loop has other work, which may bring
 * more operations, waiting for them costs less than another commit.
 *
 * @returns Whether the loop had nothing else to do.
 */
function gathered(isFull: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const startMs = performance.now()
    let turnMs = startMs
    const onTurn = (): void => {
      const nowMs = performance.now()
      const isIdle = turnMs > startMs && nowMs - turnMs < IDLE_TURN_MS
      if (isIdle || isFull() || nowMs - startMs >= LONGEST_GATHER_MS) {
        resolve(isIdle)
        return
      }
      turnMs = nowMs
      setImmediate(onTurn)
    }
    setImmediate(onTurn)
  })
}

/** The results once they are on the disk, or that failure for each of them. */
async function onceSynced(results: Result[], log: LogSync, mayStop: boolean): Promise<Result[]> {
  try {
    await log.sync(mayStop)
    return results
  } catch (error) {
    return results.map(() => ({ ok: false, error }))
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
  logFailure: StoreFailed | undefined,
): Result[] {
  if (logFailure !== undefined) return batch.map(() => ({ ok: false, error: logFailure }))
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
