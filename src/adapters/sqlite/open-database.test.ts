import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import type { StoreSchema } from './migrate.ts'
import { openDatabase } from './open-database.ts'
import { withFolder } from './sqlite.fixture.ts'

const SCHEMA: StoreSchema = {
  name: 'test',
  applicationId: 0x54455354,
  migrations: [{ brings: 'a', sql: 'CREATE TABLE a (x TEXT) STRICT;' }],
}
const modeOf = (path: string) => statSync(path).mode & 0o777

/** What opening throws; the test fails if it does not. */
function failureOf(file: string, schema = SCHEMA): Error {
  try {
    openDatabase(file, schema).close()
  } catch (error) {
    return error as Error
  }
  throw new Error(`${file} opened`)
}

describe('a new file', () => {
  test('it and its folder can be read by their owner only, its side files too', () =>
    withFolder((folder) => {
      const file = `${folder}/deep/er/a.db`
      const db = openDatabase(file, SCHEMA)
      db.exec(`INSERT INTO a VALUES ('x')`)
      for (const suffix of ['', '-wal', '-shm']) expect(modeOf(file + suffix)).toBe(0o600)
      expect([modeOf(`${folder}/deep/er`), modeOf(`${folder}/deep`)]).toEqual([0o700, 0o700])
      db.close()
    }))

  test('commits are durable, keys between tables are checked, erased octets overwritten', () =>
    withFolder((folder) => {
      const db = openDatabase(`${folder}/a.db`, SCHEMA)
      const pragma = (name: string) => db.pragma(name, { simple: true })
      expect(pragma('journal_mode')).toBe('wal')
      expect(pragma('synchronous')).toBe(2)
      expect(pragma('foreign_keys')).toBe(1)
      expect(pragma('secure_delete')).toBe(1)
      expect(pragma('busy_timeout')).toBeGreaterThan(0)
      db.close()
    }))

  test('a store in memory makes no file', () => {
    const db = openDatabase(':memory:', SCHEMA)
    expect(db.prepare('SELECT count(*) FROM a').pluck().get()).toBe(0)
    db.close()
    expect(statSync(':memory:', { throwIfNoEntry: false })).toBeUndefined()
  })
})

const octetsOf = (path: string) => (statSync(path).isFile() ? readFileSync(path) : undefined)

describe('what is not a store of this kind', () => {
  const cases: readonly [string, (file: string) => void, string][] = [
    ['a folder', (file) => mkdirSync(file), 'it is a folder, not a file'],
    ['a text', (file) => writeFileSync(file, 'hello '.repeat(1_000)), 'it is not a database'],
    ['a short text', (file) => writeFileSync(file, 'hello'), 'it is not a database'],
    [
      'another kind of store',
      (file) => openDatabase(file, { ...SCHEMA, applicationId: 1 }).close(),
      'another kind of store',
    ],
    [
      'the database of another program',
      (file) => new Database(file).exec('CREATE TABLE theirs (x)').close(),
      'another program',
    ],
  ]
  for (const [name, make, reason] of cases) {
    test(`${name} is refused in one line with path and reason, and kept`, () =>
      withFolder((folder) => {
        const file = `${folder}/a.db`
        make(file)
        const before = octetsOf(file)
        const failure = failureOf(file)
        expect(failure).toBeInstanceOf(ConfigurationInvalid)
        expect(failure.message).toContain(file)
        expect(failure.message).toContain(reason)
        expect(failure.message).not.toContain('\n')
        expect(octetsOf(file)).toEqual(before)
      }))
  }

  test('a damaged database is refused', () =>
    withFolder((folder) => {
      const file = `${folder}/a.db`
      openDatabase(file, SCHEMA).close()
      const image = readFileSync(file)
      writeFileSync(file, image.fill(0xff, 100, image.length))
      expect(failureOf(file)).toMatchObject({ code: 'configuration-invalid' })
    }))

  test('a path through a file is refused', () =>
    withFolder((folder) => {
      writeFileSync(`${folder}/file`, '')
      for (const path of [`${folder}/file/a.db`, `${folder}/file/b/a.db`]) {
        const failure = failureOf(path)
        expect(failure).toBeInstanceOf(ConfigurationInvalid)
        expect(failure.message).toContain('not a folder')
      }
    }))
})

/** Runs `use` as somebody who may not do everything; a test run as that already, runs it as it is. */
function withoutPrivilege(use: () => void): void {
  if (process.geteuid?.() !== 0) {
    use()
    return
  }
  process.seteuid?.(65_534)
  try {
    use()
  } finally {
    process.seteuid?.(0)
  }
}

describe('without permission', () => {
  test('a folder that cannot be written is named, for a new file and an old one', () =>
    withFolder((folder) => {
      const closed = `${folder}/closed`
      mkdirSync(closed)
      openDatabase(`${closed}/old.db`, SCHEMA).close()
      chmodSync(`${closed}/old.db`, 0o644)
      chmodSync(folder, 0o755)
      chmodSync(closed, 0o555)
      withoutPrivilege(() => {
        for (const file of ['new.db', 'deep/new.db', 'old.db']) {
          const failure = failureOf(`${closed}/${file}`)
          expect(failure).toBeInstanceOf(ConfigurationInvalid)
          expect(failure.message).toBe(`test store ${closed}/${file}: permission denied`)
        }
      })
      chmodSync(closed, 0o755)
    }))
})
