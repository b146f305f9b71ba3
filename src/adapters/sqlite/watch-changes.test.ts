import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { withFolder } from './sqlite.fixture.ts'
import { watchChanges } from './watch-changes.ts'

test('changes of other connections are told once each time, own ones and reads never', () =>
  withFolder((folder) => {
    const [own, other] = [new Database(`${folder}/x.db`), new Database(`${folder}/x.db`)]
    own.pragma('journal_mode = WAL')
    own.exec('CREATE TABLE t (n INTEGER)')
    const isChanged = watchChanges(own)
    expect(isChanged()).toBe(false)
    own.exec('INSERT INTO t VALUES (1)')
    other.prepare('SELECT * FROM t').all()
    expect(isChanged()).toBe(false)
    other.exec('INSERT INTO t VALUES (2)')
    other.exec('INSERT INTO t VALUES (3)')
    expect([isChanged(), isChanged()]).toEqual([true, false])
    own.pragma('wal_checkpoint(TRUNCATE)')
    expect(isChanged()).toBe(false)
    other.exec('DELETE FROM t')
    expect([isChanged(), isChanged()]).toEqual([true, false])
    for (const db of [own, other]) db.close()
  }))
