import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openUnchanged, readMarks } from './open-unchanged.ts'
import { withFolder } from './sqlite.fixture.ts'

function make(file: string): Database.Database {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.exec(`CREATE TABLE a (x); INSERT INTO a VALUES (1); PRAGMA user_version = 7`)
  db.pragma('application_id = 1129336400')
  return db
}
const MARKS = { applicationId: 1_129_336_400, form: 7 }

test('a file that nobody has open is read, and nothing is beside it afterwards', () =>
  withFolder((folder) => {
    const file = `${folder}/a.db`
    make(file).close()
    const before = readFileSync(file)
    const { db, close } = openUnchanged(file)
    expect(db.prepare('SELECT x FROM a').pluck().all()).toEqual([1])
    expect(() => db.exec('DELETE FROM a')).toThrow('readonly')
    close()
    expect(readMarks(file)).toEqual(MARKS)
    expect(readdirSync(folder)).toEqual(['a.db'])
    expect(readFileSync(file).equals(before)).toBe(true)
  }))

test('beside somebody who has it open, what they committed counts', () =>
  withFolder((folder) => {
    const file = `${folder}/a.db`
    const other = make(file)
    expect(readMarks(file)).toEqual(MARKS)
    other.exec('INSERT INTO a VALUES (2); PRAGMA user_version = 8')
    const { db, close } = openUnchanged(file)
    expect(db.prepare('SELECT x FROM a').pluck().all()).toEqual([1, 2])
    close()
    expect(readMarks(file)?.form).toBe(8)
    other.close()
  }))

test('where its log cannot be opened, what the file alone says', () =>
  withFolder((folder) => {
    const file = `${folder}/a.db`
    make(file).close()
    writeFileSync(`${file}-wal`, '')
    mkdirSync(`${file}-shm`)
    expect(readMarks(file)).toEqual(MARKS)
  }))

test('what is no database has no marks; no file is an error with its code', () =>
  withFolder((folder) => {
    for (const text of ['', 'hello', 'x'.repeat(5000)]) {
      writeFileSync(`${folder}/a.db`, text)
      expect(readMarks(`${folder}/a.db`)).toBeUndefined()
    }
    for (const open of [readMarks, openUnchanged]) {
      expect(() => open(`${folder}/none.db`)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
    }
  }))
