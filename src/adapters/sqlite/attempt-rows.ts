/** Rows of attempts to prove a password: growing delays that survive a restart. M-5 */
import type Database from 'better-sqlite3'
import type { AttemptDelays, AttemptOutcome, AttemptSubject } from '../../cpns-server/user-store.ts'

/** Synchronous operations, to be run inside a commit. */
export interface AttemptRows {
  /** When the next attempt may be made; 0 if nothing is known. UTC milliseconds. */
  allowedAtMs(subjects: readonly AttemptSubject[]): number
  /** All or nothing: counts for each of the subjects, or for none of them. */
  take(subjects: readonly AttemptSubject[], delays: AttemptDelays, nowMs: number): AttemptOutcome
  /** Forgets all attempts of these, and one attempt of those. */
  settle(attempts: {
    readonly forgiven: readonly string[]
    readonly returned: readonly string[]
  }): void
}

/** Their table. */
export const ATTEMPTS_SQL = `
  CREATE TABLE attempts (
    subject TEXT PRIMARY KEY,
    attempts INTEGER NOT NULL,
    allowed_at_ms INTEGER NOT NULL,
    forget_after_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX attempts_by_expiry ON attempts (forget_after_ms);`

interface Row {
  readonly subject: string
  readonly attempts: number
  readonly allowed_at_ms: number
  readonly forget_after_ms: number
}

/** @param db A database of `SERVER_SCHEMA`. */
export function createAttemptRows(db: Database.Database): AttemptRows {
  const select = db.prepare<[string], Row>('SELECT * FROM attempts WHERE subject = ?')
  const put = db.prepare<Row>(
    `INSERT OR REPLACE INTO attempts VALUES (@subject, @attempts, @allowed_at_ms, @forget_after_ms)`,
  )
  const remove = db.prepare<[string]>('DELETE FROM attempts WHERE subject = ?')
  // What was returned delays nobody: its delay goes with it.
  const giveBack = db.prepare<[string]>(
    'UPDATE attempts SET attempts = max(0, attempts - 1), allowed_at_ms = 0 WHERE subject = ?',
  )
  const allowedAtMs = (subjects: readonly AttemptSubject[]): number =>
    Math.max(0, ...subjects.map(({ name }) => select.get(name)?.allowed_at_ms ?? 0))

  return {
    allowedAtMs,
    take(subjects, delays, nowMs) {
      const untilMs = allowedAtMs(subjects)
      if (untilMs > nowMs) return { outcome: 'limited', untilMs }
      for (const { name, freeAttempts } of subjects) {
        const row = select.get(name)
        const former = row !== undefined && row.forget_after_ms > nowMs ? row.attempts : 0
        put.run({
          subject: name,
          attempts: former + 1,
          allowed_at_ms: nowMs + delayMs(former + 1 - freeAttempts, delays),
          forget_after_ms: nowMs + delays.forgetAfterMs,
        })
      }
      return { outcome: 'taken' }
    },
    settle({ forgiven, returned }) {
      for (const subject of forgiven) remove.run(subject)
      for (const subject of returned) giveBack.run(subject)
    },
  }
}

/** @param over How many attempts there were beyond the free ones. */
function delayMs(over: number, { firstMs, longestMs }: AttemptDelays): number {
  return over < 0 ? 0 : Math.min(firstMs * 2 ** over, longestMs)
}
