/**
 * Rows that need not be read again while no other connection has committed to the file. Asking SQLite that
 * takes locks on the file, 5 µs, so it is asked once a turn of the event loop, and
 * inside a transaction, which holds them, each time. What another process writes is seen by the next turn.
 */
import type Database from 'better-sqlite3'
import { watchChanges } from './watch-changes.ts'

/** What was made of rows lately. */
export interface UnchangedRows<Key, Value> {
  /**
   * What `read` made of the row, or makes of it now. What is not there is asked for anew each time, and so is
   * a row inside a transaction, because that may be undone.
   */
  find(key: Key, read: (key: Key) => Value | undefined): Value | undefined
  /** To be called with each row that this connection writes: SQLite tells only of the other ones. */
  forget(key: Key): void
  /** The same for a write whose rows are not known. */
  forgetAll(): void
}

/** @param limit How many are remembered; beyond it the one that was read first goes. */
export function createUnchangedRows<Key, Value extends object>(
  db: Database.Database,
  limit: number,
): UnchangedRows<Key, Value> {
  const isChangedElsewhere = watchChanges(db)
  const values = new Map<Key, Value>()
  let isAsked = false
  const forgetChanged = (): void => {
    if (isAsked && !db.inTransaction) return
    if (!isAsked) {
      setImmediate(() => {
        isAsked = false
      })
    }
    isAsked = true
    if (isChangedElsewhere()) values.clear()
  }
  return {
    find(key, read) {
      forgetChanged()
      const known = values.get(key)
      if (known !== undefined) return known
      const value = read(key)
      if (value === undefined || db.inTransaction) return value
      values.set(key, value)
      const [oldest] = values.keys()
      if (values.size > limit && oldest !== undefined) values.delete(oldest)
      return value
    },
    forget: (key) => void values.delete(key),
    forgetAll: () => values.clear(),
  }
}
