import { expect, test } from 'vitest'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
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
  expect([rows.find('a'), rows.find('b')]).toEqual([tombstone, undefined])
  expect(() => rows.insert({ ...tombstone, messageDigest: 'c' })).toThrow('UNIQUE')
})
