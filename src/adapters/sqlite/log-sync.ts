/**
 * What `synchronous=FULL` does after each commit, the sync of the log, without stopping the event loop for
 * it: a commit takes 30 µs, its sync ten times as long. Design 9
 *
 * The program waits for the disk before it answers, as it does with FULL; only others may go on meanwhile.
 */
import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type Database from 'better-sqlite3'
import { StoreFailed } from '../../errors/errors.ts'

/** The log of one database. */
export interface LogSync {
  /** Of the first sync that failed: from then on nothing can be said of what is on the disk. */
  readonly failure: StoreFailed | undefined
  /**
   * Resolves when all that was committed before the call is on the disk.
   *
   * @param mayStop Nobody else needs the loop now, so it may stand still while a quick disk is asked: the
   *   way to another thread and back takes as long.
   * @throws {StoreFailed} If the disk failed, now or before.
   */
  sync(mayStop: boolean): Promise<void>
  close(): void
}

const syncData = promisify(fdatasync)
/** The last sync of a quick disk took no longer. */
const QUICK_SYNC_MS = 1

/**
 * Takes the syncs of a connection over.
 *
 * @returns `undefined` for a database without a log (in memory, or another journal): SQLite goes on to sync.
 * @throws {StoreFailed} If the log cannot be opened.
 */
export function takeLogSync(db: Database.Database): LogSync | undefined {
  if (db.memory || db.pragma('journal_mode', { simple: true }) !== 'wal') return undefined
  const log = openLog(db)
  db.pragma('synchronous = NORMAL')
  let failure: StoreFailed | undefined
  let lastTookMs = 0
  return {
    get failure() {
      return failure
    },
    async sync(mayStop) {
      if (failure !== undefined) throw failure
      const startMs = performance.now()
      try {
        if (mayStop && lastTookMs <= QUICK_SYNC_MS) fdatasyncSync(log)
        else await syncData(log)
        lastTookMs = performance.now() - startMs
      } catch (cause) {
        const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
        failure = new StoreFailed(`the log cannot be written to the disk: ${code}`, { cause })
        throw failure
      }
    },
    close: () => closeSync(log),
  }
}

/** As long as the connection is open the log stays this file; SQLite keeps no lock on it that closing ends. */
function openLog(db: Database.Database): number {
  try {
    // SQLite makes the log when it first reads.
    db.pragma('user_version')
    syncFolder(dirname(db.name))
    return openSync(`${db.name}-wal`, 'r+')
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new StoreFailed(`the log of ${db.name} cannot be opened: ${code}`, { cause })
  }
}

/** So that the log itself is found after a power failure. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
