import { expect, test } from 'vitest'
import { StoreFailed } from '../../errors/errors.ts'
import { withFolder } from './sqlite.fixture.ts'
import { connectStore } from './store-connection.ts'

const SCHEMA = {
  name: 'test',
  applicationId: 1,
  migrations: [{ brings: 'a', sql: 'CREATE TABLE a (x TEXT) STRICT;' }],
}

test('a check writes, changes nothing, and says why a store cannot be written', () =>
  withFolder(async (folder) => {
    const { db, store } = connectStore(`${folder}/a.db`, SCHEMA)
    await store.check()
    expect(db.pragma('user_version', { simple: true })).toBe(1)
    expect(db.prepare('SELECT count(*) FROM a').pluck().get()).toBe(0)
    db.pragma('query_only = ON')
    await expect(store.check()).rejects.toThrow(StoreFailed)
    await expect(store.check()).rejects.toThrow(/SQLITE_READONLY/)
    db.pragma('query_only = OFF')
    await store.check()
    await store.close()
  }))
