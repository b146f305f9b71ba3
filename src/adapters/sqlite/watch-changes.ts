/** What other connections do to a database. Design 9: the rows are the truth, whoever wrote them. */
import type Database from 'better-sqlite3'

/**
 * @returns Says whether another connection, of this process or another, has committed a change since this was
 *   asked last, or since now; it reads no row for that.
 */
export function watchChanges(db: Database.Database): () => boolean {
  const select = db.prepare<[], number>('PRAGMA data_version').pluck()
  let known = select.get()
  return () => {
    const before = known
    known = select.get()
    return known !== before
  }
}
