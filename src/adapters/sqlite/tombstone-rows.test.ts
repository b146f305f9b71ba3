import { expect, test } from 'vitest'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
import { withFolder } from './sqlite.fixture.ts'
import { createTombstoneRows } from './tombstone-rows.ts'

test('a tombstone is found by its State, and a second one for that State is an error', () => {
  const rows = createTombstoneRows(openDatabase(':memory:', SERVER_SCHEMA))
  const tombstone = {
    stateDigest: 'a',
    messageDigest: 'b',
    answer: Uint8Array.of(1),
    forgetAfterMs: 2,
  }
  rows.insert(tombstone)
  expect(rows.find(tombstone)).toEqual(tombstone)
  expect(rows.find({ ...tombstone, stateDigest: 'b' })).toBeUndefined()
  expect(() => rows.insert({ ...tombstone, messageDigest: 'c' })).toThrow('UNIQUE')
})

test('tombstones of the form before, in order of their digests, are found as before', () =>
  withFolder((folder) => {
    const file = `${folder}/server.db`
    const migrations = SERVER_SCHEMA.migrations.slice(0, 5)
    const former = openDatabase(file, { ...SERVER_SCHEMA, migrations })
    former.exec(`INSERT INTO tombstones (state_digest, message_digest, answer, forget_after_ms)
      VALUES ('b', 'm', x'01', 7), ('a', 'n', x'02', 9)`)
    former.close()
    const db = openDatabase(file, SERVER_SCHEMA)
    const rows = createTombstoneRows(db)
    expect(rows.find({ stateDigest: 'b', forgetAfterMs: 7 })).toEqual({
      stateDigest: 'b',
      messageDigest: 'm',
      answer: Uint8Array.of(1),
      forgetAfterMs: 7,
    })
    expect(rows.find({ stateDigest: 'a', forgetAfterMs: 9 })?.messageDigest).toBe('n')
    db.close()
  }))
