import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { StoreFailed } from '../../errors/errors.ts'
import { createGroupCommit } from './group-commit.ts'
import { withFolder } from './sqlite.fixture.ts'

const TABLE = 'CREATE TABLE numbers (writer TEXT, n INTEGER, padding BLOB, UNIQUE (writer, n))'

/** A database in memory, and the SQL that runs in it. */
function openCounted() {
  const statements: string[] = []
  const db = new Database(':memory:', { verbose: (sql) => statements.push(String(sql)) })
  db.exec(TABLE)
  const insert = db.prepare('INSERT INTO numbers VALUES (?, ?, NULL)')
  const all = db.prepare('SELECT n FROM numbers ORDER BY n').pluck()
  const commits = createGroupCommit(db)
  const count = (sql: string) => statements.filter((statement) => statement === sql).length
  return { db, commits, add: (n: number) => insert.run('a', n).changes, all, count }
}

describe('one turn', () => {
  test('all operations of a turn are one transaction, answered after the commit', async () => {
    const { commits, add, all, count } = openCounted()
    const values = await Promise.all([1, 2, 3].map((n) => commits.run(() => add(n) + n)))
    expect(values).toEqual([2, 3, 4])
    expect(all.all()).toEqual([1, 2, 3])
    expect([count('BEGIN IMMEDIATE'), count('COMMIT')]).toEqual([1, 1])
    await commits.run(() => add(4))
    expect(count('COMMIT')).toBe(2)
  })

  test('nothing is written before the turn ends, and reads see only what is committed', async () => {
    const { commits, add, all } = openCounted()
    const written = commits.run(() => add(1))
    expect(await commits.read(() => all.all())).toEqual([])
    await written
    expect(await commits.read(() => all.all())).toEqual([1])
  })

  test('a throwing operation is undone alone and rejects alone', async () => {
    const { commits, add, all } = openCounted()
    const results = await Promise.allSettled([
      commits.run(() => add(1)),
      commits.run(() => {
        add(2)
        add(3)
        throw new RangeError('on purpose')
      }),
      commits.run(() => add(4)),
      commits.run(() => add(4)),
      commits.run(() => add(5)),
    ])
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    const [own, constraint] = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as Error] : [],
    )
    expect(own).toBeInstanceOf(RangeError)
    expect(constraint).toBeInstanceOf(StoreFailed)
    expect(constraint?.cause).toBeInstanceOf(Database.SqliteError)
    expect(all.all()).toEqual([1, 4, 5])
  })

  test('so is one that is alone in its turn', async () => {
    const { commits, add, all } = openCounted()
    const failing = commits.run(() => {
      add(1)
      throw new RangeError('on purpose')
    })
    await expect(failing).rejects.toThrow(RangeError)
    await expect(commits.run(() => [add(2), add(2)])).rejects.toThrow(StoreFailed)
    await commits.run(() => add(3))
    expect(all.all()).toEqual([3])
  })

  test('an operation that asks for another has it done in the next turn', async () => {
    const { commits, add, all, count } = openCounted()
    let inner: Promise<number> | undefined
    await commits.run(() => {
      inner = commits.run(() => add(2))
      return add(1)
    })
    await inner
    expect(all.all()).toEqual([1, 2])
    expect(count('COMMIT')).toBe(2)
  })

  test('operations of the next turns come into the same commit while the loop is busy', async () => {
    const { commits, add, all, count } = openCounted()
    const written: Promise<number>[] = []
    for (let n = 0; n < 5; n++) {
      written.push(commits.run(() => add(n)))
      const until = performance.now() + 0.2
      while (performance.now() < until);
      await new Promise(setImmediate)
    }
    await Promise.all(written)
    expect(all.all()).toEqual([0, 1, 2, 3, 4])
    expect(count('COMMIT')).toBeLessThan(5)
  })

  test('no operation waits for others for more than a few milliseconds', async () => {
    const { commits, add } = openCounted()
    let isOver = false
    const busy = (): void => {
      const until = performance.now() + 0.2
      while (performance.now() < until);
      if (!isOver) setImmediate(busy)
    }
    busy()
    const startMs = performance.now()
    await commits.run(() => add(1))
    isOver = true
    expect(performance.now() - startMs).toBeLessThan(1000)
  })

  test('a read that fails in SQLite is a StoreFailed, any other error stays what it is', async () => {
    const { db, commits } = openCounted()
    await expect(commits.read(() => db.prepare('SELECT * FROM nothing'))).rejects.toThrow(
      StoreFailed,
    )
    const failing = commits.read(() => {
      throw new TypeError('on purpose')
    })
    await expect(failing).rejects.toThrow(TypeError)
  })
})

describe('closing', () => {
  test('what was asked for is done, what is asked for later is refused', async () => {
    await withFolder(async (folder) => {
      const db = new Database(`${folder}/a.db`)
      db.exec(TABLE)
      const insert = db.prepare('INSERT INTO numbers VALUES (?, ?, NULL)')
      const commits = createGroupCommit(db)
      const writes = [1, 2, 3].map((n) => commits.run(() => insert.run('a', n)))
      const closings = [commits.close(), commits.close()]
      await expect(commits.run(() => insert.run('a', 4))).rejects.toThrow(StoreFailed)
      await expect(commits.read(() => 1)).rejects.toThrow(StoreFailed)
      await Promise.all([...writes, ...closings])
      expect(db.open).toBe(false)
      const again = new Database(`${folder}/a.db`)
      expect(again.prepare('SELECT count(*) FROM numbers').pluck().get()).toBe(3)
      again.close()
    })
  })
})

describe('failures', () => {
  test('a full disk rejects the whole turn, and the store goes on when there is room', async () => {
    const { db, commits, add, all } = openCounted()
    await commits.run(() => add(1))
    const fill = db.prepare(`INSERT INTO numbers VALUES ('b', ?, randomblob(20000))`)
    const pages = db.pragma('page_count', { simple: true }) as number
    db.pragma(`max_page_count = ${pages}`)
    const results = await Promise.allSettled([
      commits.run(() => add(2)),
      commits.run(() => fill.run(3)),
      commits.run(() => add(4)),
    ])
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store-failed' } })
    }
    expect(all.all()).toEqual([1])
    db.pragma(`max_page_count = ${pages + 1_000}`)
    await commits.run(() => fill.run(3))
    expect(all.all()).toEqual([1, 3])
  })

  test('a commit that fails rejects the turn and leaves no transaction open', async () => {
    const { db, commits, add, all } = openCounted()
    db.exec('CREATE TABLE parents (n INTEGER PRIMARY KEY)')
    db.exec(`CREATE TABLE children (n INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)`)
    const orphan = db.prepare('INSERT INTO children VALUES (7)')
    for (const others of [[], [1, 2]]) {
      const writes = [() => orphan.run().changes, ...others.map((n) => () => add(n))]
      const results = await Promise.allSettled(writes.map((write) => commits.run(write)))
      for (const result of results) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store-failed' } })
      }
    }
    await commits.run(() => add(3))
    expect(all.all()).toEqual([3])
  })

  test('a database that another connection holds locked rejects the turn', () =>
    withFolder(async (folder) => {
      const db = new Database(`${folder}/a.db`, { timeout: 10 })
      db.exec(TABLE)
      const insert = db.prepare('INSERT INTO numbers VALUES (?, ?, NULL)')
      const commits = createGroupCommit(db)
      const holder = new Database(`${folder}/a.db`)
      holder.exec('BEGIN IMMEDIATE')
      const writes = [1, 2].map((n) => commits.run(() => insert.run('a', n)))
      const results = await Promise.allSettled(writes)
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      await expect(writes[0]).rejects.toThrow(/SQLITE_BUSY/)
      holder.exec('ROLLBACK')
      holder.close()
      await commits.run(() => insert.run('a', 3))
      expect(db.prepare('SELECT n FROM numbers').pluck().all()).toEqual([3])
      await commits.close()
    }))
})

function spawnWriter(file: string, writer: string, count: number): ChildProcess {
  const script = `${import.meta.dirname}/counter-writer.fixture.ts`
  return spawn(process.execPath, ['--import', 'tsx', script, file, writer, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function numbersOf(file: string, writer: string): number[] {
  const db = new Database(file)
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    const numbers = db.prepare('SELECT n FROM numbers WHERE writer = ? ORDER BY n').pluck()
    return numbers.all(writer) as number[]
  } finally {
    db.close()
  }
}

describe('processes', () => {
  test('after kill -9 in the middle of writing, all that was answered is there', () =>
    withFolder(async (folder) => {
      const file = `${folder}/a.db`
      const db = new Database(file)
      db.pragma('journal_mode = WAL')
      db.exec(TABLE)
      db.close()
      const writer = spawnWriter(file, 'a', 1_000_000)
      const answered: number[] = []
      for await (const line of createInterface({ input: writer.stdout as NodeJS.ReadableStream })) {
        answered.push(Number(line))
        if (answered.length === 300) writer.kill('SIGKILL')
      }
      const stored = new Set(numbersOf(file, 'a'))
      expect(answered.length).toBeGreaterThanOrEqual(300)
      expect(answered.filter((n) => !stored.has(n))).toEqual([])
    }))

  test('two processes write one file without losing anything', () =>
    withFolder(async (folder) => {
      const file = `${folder}/a.db`
      const db = new Database(file)
      db.pragma('journal_mode = WAL')
      db.exec(TABLE)
      db.close()
      const writers = ['a', 'b'].map((name) => spawnWriter(file, name, 400))
      for (const writer of writers) writer.stdout?.resume()
      const exits = await Promise.all(writers.map((writer) => once(writer, 'exit')))
      expect(exits.map(([status]) => status as number)).toEqual([0, 0])
      const expected = Array.from({ length: 400 }, (_, n) => n)
      for (const name of ['a', 'b']) expect(numbersOf(file, name)).toEqual(expected)
    }))
})
