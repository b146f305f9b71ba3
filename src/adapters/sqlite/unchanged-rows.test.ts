import { setImmediate as nextTurn } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { withFolder } from './sqlite.fixture.ts'
import { createUnchangedRows } from './unchanged-rows.ts'

/** Rows of one database, read by one connection and written by that and another one. */
function openRows(file: string, limit = 10) {
  const [db, other] = [new Database(file), new Database(file)]
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL)')
  const select = db.prepare<[number], { text: string }>('SELECT text FROM rows WHERE id = ?')
  const rows = createUnchangedRows<number, { text: string }>(db, limit)
  const read: number[] = []
  return {
    rows,
    read,
    find: (id: number) =>
      rows.find(id, () => {
        read.push(id)
        return select.get(id)
      })?.text,
    write: (connection: 'own' | 'other', id: number, text: string) =>
      (connection === 'own' ? db : other)
        .prepare('INSERT OR REPLACE INTO rows VALUES (?, ?)')
        .run(id, text),
    db,
    close() {
      db.close()
      other.close()
    },
  }
}

const withRows = (
  use: (rows: ReturnType<typeof openRows>) => void | Promise<void>,
  limit?: number,
) =>
  withFolder(async (folder) => {
    const rows = openRows(`${folder}/rows.db`, limit)
    try {
      await use(rows)
    } finally {
      rows.close()
    }
  })

test('a row is read once', () =>
  withRows(({ find, read, write }) => {
    write('own', 1, 'a')
    expect([find(1), find(1), find(1)]).toEqual(['a', 'a', 'a'])
    expect(read).toEqual([1])
  }))

test('what another connection has committed is seen in the next turn of the loop', () =>
  withRows(async ({ find, write }) => {
    for (const text of ['a', 'b', 'c']) {
      write('other', 1, text)
      await nextTurn()
      expect(find(1)).toBe(text)
    }
  }))

test('what another connection has committed is seen at once inside a transaction', () =>
  withRows(({ find, write, db }) => {
    for (const text of ['a', 'b', 'c']) {
      write('other', 1, text)
      db.exec('BEGIN IMMEDIATE')
      expect(find(1)).toBe(text)
      db.exec('COMMIT')
      expect(find(1)).toBe(text)
    }
  }))

test('own writes are seen when they are told', () =>
  withRows(({ rows, find, write }) => {
    write('own', 1, 'a')
    expect(find(1)).toBe('a')
    write('own', 1, 'b')
    rows.forget(1)
    expect(find(1)).toBe('b')
  }))

test('own writes are seen when all is forgotten', () =>
  withRows(({ rows, find, write }) => {
    for (const id of [1, 2]) write('own', id, 'a')
    expect([find(1), find(2)]).toEqual(['a', 'a'])
    for (const id of [1, 2]) write('own', id, 'b')
    rows.forgetAll()
    expect([find(1), find(2)]).toEqual(['b', 'b'])
  }))

test('what a transaction saw of its own is not remembered when it is undone', () =>
  withRows(({ rows, find, write, db }) => {
    write('own', 1, 'a')
    expect(find(1)).toBe('a')
    db.exec('BEGIN')
    expect(find(1)).toBe('a')
    write('own', 1, 'b')
    rows.forget(1)
    expect(find(1)).toBe('b')
    db.exec('ROLLBACK')
    expect(find(1)).toBe('a')
  }))

test('a row that is not there is asked for again', () =>
  withRows(({ find, write }) => {
    expect(find(1)).toBeUndefined()
    write('own', 1, 'a')
    expect(find(1)).toBe('a')
  }))

test('beyond the limit the one that was read first goes', () =>
  withRows(({ find, read, write }) => {
    for (const id of [1, 2, 3]) write('own', id, 'a')
    for (const id of [1, 2, 3, 3, 2, 1]) find(id)
    expect(read).toEqual([1, 2, 3, 1])
  }, 2))
