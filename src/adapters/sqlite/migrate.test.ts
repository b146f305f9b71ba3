import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { ConfigurationInvalid, StoreFailed } from '../../errors/errors.ts'
import { migrateFile, type StoreSchema } from './migrate.ts'
import { openDatabase } from './open-database.ts'
import { withFolder } from './sqlite.fixture.ts'

const FIRST = { brings: 'a', sql: 'CREATE TABLE a (x TEXT) STRICT;' }
const SCHEMA: StoreSchema = { name: 'test', applicationId: 0x54455354, migrations: [FIRST] }
const and = (...steps: readonly string[]): StoreSchema => ({
  ...SCHEMA,
  migrations: [FIRST, ...steps.map((sql) => ({ brings: 'more', sql }))],
})
const NEWER = and('ALTER TABLE a ADD COLUMN y TEXT;', `UPDATE a SET y = 'from ' || x;`)

function make(file: string, schema = SCHEMA, sql = `INSERT INTO a VALUES ('old')`): void {
  const db = openDatabase(file, schema)
  db.exec(sql)
  db.close()
}

function rowsOf(file: string, sql = 'SELECT * FROM a'): unknown[] {
  const db = new Database(file)
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

const formIn = (file: string): unknown => rowsOf(file, 'PRAGMA user_version')[0]

test('an older file is brought forward once, and keeps its rows', () =>
  withFolder((folder) => {
    const file = `${folder}/a.db`
    make(file)
    expect([migrateFile(file, NEWER), migrateFile(file, NEWER)]).toEqual([1, 3])
    openDatabase(file, NEWER).close()
    expect(rowsOf(file)).toEqual([{ x: 'old', y: 'from old' }])
    expect(formIn(file)).toEqual({ user_version: 3 })
  }))

test('opening brings forward too, and what it opened checks keys between tables', () =>
  withFolder((folder) => {
    const file = `${folder}/a.db`
    make(file)
    const db = openDatabase(file, NEWER)
    expect(db.prepare('SELECT x, y FROM a').all()).toEqual([{ x: 'old', y: 'from old' }])
    for (const name of ['foreign_keys', 'secure_delete']) {
      expect(db.pragma(name, { simple: true })).toBe(1)
    }
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    db.close()
  }))

test('a step that fails leaves the file as it was', () =>
  withFolder((folder) => {
    const file = `${folder}/a.db`
    make(file)
    const broken = and('ALTER TABLE a ADD COLUMN y TEXT;', 'NONSENSE;')
    expect(() => openDatabase(file, broken)).toThrow(StoreFailed)
    expect([rowsOf(file), formIn(file)]).toEqual([[{ x: 'old' }], { user_version: 1 }])
  }))

test('a file of a newer program is refused and not touched', () =>
  withFolder((folder) => {
    const file = `${folder}/a.db`
    make(file, NEWER, '')
    const before = readFileSync(file)
    for (const open of [openDatabase, migrateFile]) {
      expect(() => open(file, SCHEMA)).toThrow(ConfigurationInvalid)
      expect(() => open(file, SCHEMA)).toThrow(
        'written by a newer version of this program (form 3, known up to 1)',
      )
    }
    expect(readFileSync(file).equals(before)).toBe(true)
  }))

describe('keys between tables', () => {
  const parents = and(
    'CREATE TABLE b (x TEXT PRIMARY KEY) STRICT; CREATE TABLE c (x REFERENCES b);',
  )
  const then = (sql: string): StoreSchema => ({
    ...parents,
    migrations: [...parents.migrations, { brings: 'another b', sql }],
  })
  const ROWS = `INSERT INTO b VALUES ('1'); INSERT INTO c VALUES ('1')`

  test('a table that others refer to can be replaced', () =>
    withFolder((folder) => {
      const file = `${folder}/a.db`
      make(file, parents, ROWS)
      const replaced = then(`CREATE TABLE n (x TEXT PRIMARY KEY, y TEXT) STRICT;
        INSERT INTO n SELECT x, 'new' FROM b; DROP TABLE b; ALTER TABLE n RENAME TO b;`)
      migrateFile(file, replaced)
      expect(rowsOf(file, 'SELECT b.y FROM b JOIN c USING (x)')).toEqual([{ y: 'new' }])
    }))

  test('a step that loses what others refer to is undone', () =>
    withFolder((folder) => {
      const file = `${folder}/a.db`
      make(file, parents, ROWS)
      expect(() => migrateFile(file, then('DELETE FROM b'))).toThrow('refer to what is not there')
      expect(rowsOf(file, 'SELECT x FROM b')).toEqual([{ x: '1' }])
    }))
})

test('a file that another process uses is left alone, and its rows with it', () =>
  withFolder((folder) => {
    const file = `${folder}/a.db`
    make(file)
    const running = openDatabase(file, SCHEMA)
    running.prepare('SELECT * FROM a').all()
    expect(() => openDatabase(file, NEWER)).toThrow('another process uses it: stop that process')
    running.exec(`INSERT INTO a VALUES ('more')`)
    running.close()
    openDatabase(file, NEWER).close()
    expect(rowsOf(file, 'SELECT y FROM a')).toEqual([{ y: 'from old' }, { y: 'from more' }])
  }))

const MANY = 20_000
const MANY_ROWS = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
  INSERT INTO a SELECT printf('%0200d', i) FROM n`
const FIXTURE = join(import.meta.dirname, 'migrate-file.fixture.ts')

/** A process that has begun to bring a file forward. */
async function beginMigration(file: string, openMs = 0): Promise<ChildProcess> {
  const words = ['--import', 'tsx', FIXTURE, file, JSON.stringify(NEWER), String(openMs)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

test(
  'a kill at any moment leaves one form or the other, whole, and the next start ends it',
  () =>
    withFolder(async (folder) => {
      const forms: unknown[] = []
      // More at once, as a quick disk may be through before the kill comes.
      const delays = [0, 5, 15, 40, 80]
      for (let n = 0; n < delays.length || (n < 20 && !forms.includes(1)); n++) {
        const delayMs = delays[n] ?? 0
        const file = `${folder}/${n}.db`
        make(file, SCHEMA, MANY_ROWS)
        const child = await beginMigration(file)
        await sleep(delayMs)
        child.kill('SIGKILL')
        if (child.exitCode === null) await once(child, 'exit')
        forms.push((formIn(file) as { user_version: number }).user_version)
        expect(rowsOf(file, 'SELECT count(*) AS n FROM a')).toEqual([{ n: MANY }])
        migrateFile(file, NEWER)
        const moved = `SELECT count(*) AS n FROM a WHERE y = 'from ' || x`
        expect(rowsOf(file, moved)).toEqual([{ n: MANY }])
      }
      expect(forms.every((form) => form === 1 || form === 3)).toBe(true)
      expect(forms).toContain(1)
    }),
  60_000,
)

test('of two that start at once, one brings it forward, and the other goes on beside it', () =>
  withFolder(async (folder) => {
    const file = `${folder}/a.db`
    make(file, SCHEMA, MANY_ROWS)
    const child = await beginMigration(file, 3000)
    const db = openDatabase(file, NEWER)
    expect(child.exitCode).toBeNull()
    expect(db.prepare('SELECT count(y) AS n FROM a').get()).toEqual({ n: MANY })
    db.close()
    child.kill('SIGKILL')
    await once(child, 'exit')
  }))
