import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { StoreFailed } from '../../errors/errors.ts'
import { createGroupCommit } from './group-commit.ts'
import { takeLogSync } from './log-sync.ts'
import { withFolder } from './sqlite.fixture.ts'

const TABLE = 'CREATE TABLE IF NOT EXISTS numbers (n INTEGER)'

function openLogged(file: string) {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(TABLE)
  const insert = db.prepare('INSERT INTO numbers VALUES (?)')
  const all = db.prepare('SELECT n FROM numbers ORDER BY n').pluck()
  return { db, all, add: (n: number) => insert.run(n).changes }
}

test('the log is there before the first commit, and the syncs of commits are not SQLite’s any more', () =>
  withFolder(async (folder) => {
    const file = `${folder}/a.db`
    openLogged(file).db.close()
    expect(existsSync(`${file}-wal`)).toBe(false)
    const db = new Database(file)
    db.pragma('synchronous = FULL')
    const log = takeLogSync(db)
    expect(existsSync(`${file}-wal`)).toBe(true)
    expect(db.pragma('synchronous', { simple: true })).toBe(1)
    await expect(log?.sync(true)).resolves.toBeUndefined()
    await expect(log?.sync(false)).resolves.toBeUndefined()
    expect(log?.failure).toBeUndefined()
    log?.close()
    db.close()
  }))

test.each([
  ['in memory', ':memory:', 'WAL'],
  ['with another journal', 'a.db', 'DELETE'],
])('a database %s has no log: SQLite goes on to sync', (_case, name, journal) =>
  withFolder(async (folder) => {
    const db = new Database(name === ':memory:' ? name : `${folder}/${name}`)
    db.pragma(`journal_mode = ${journal}`)
    expect(takeLogSync(db)).toBeUndefined()
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    db.close()
  }),
)

test('a sync that failed is told to all that wait for it, and nothing more is done after it', () =>
  withFolder(async (folder) => {
    const { db, add, all } = openLogged(`${folder}/a.db`)
    const log = takeLogSync(db)
    const commits = createGroupCommit(db, log)
    await commits.run(() => add(1))
    // The disk is gone, as far as the log can tell.
    log?.close()
    const lost = await Promise.allSettled([commits.run(() => add(2)), commits.run(() => add(3))])
    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(commits.run(() => add(4))).rejects.toThrow(StoreFailed)
    await expect(commits.run(() => add(4))).rejects.toThrow(/cannot be written to the disk: EBADF/)
    expect(all.all()).not.toContain(4)
    expect(log?.failure).toBeInstanceOf(StoreFailed)
    db.close()
  }))

test('what was answered is read by another connection, whatever the loop did meanwhile', () =>
  withFolder(async (folder) => {
    const { db, add } = openLogged(`${folder}/a.db`)
    const commits = createGroupCommit(db)
    const other = openLogged(`${folder}/a.db`)
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        await commits.run(() => add(n))
        expect(other.all.all()).toContain(n)
      }),
    )
    other.db.close()
    await commits.close()
  }))
