import { expect, test } from 'vitest'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import { Secret } from '../../crypto/secret.ts'
import { StoreFailed } from '../../errors/errors.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
import { testSealer } from './sqlite.fixture.ts'
import { createUserRows } from './user-rows.ts'

const secretOf = (octet: number): Secret => Secret.of(new Uint8Array(32).fill(octet))
const user = (name: string) => ({
  userId: parseUserId(name),
  kdf: { kdf: 'scrypt' as const, salt: new Uint8Array(16), n: 16_384, r: 8, p: 1 },
  keys: { authKey: secretOf(1), wrapBase: secretOf(2) },
  createdAtMs: 1,
  changedAtMs: 2,
})

test('a look-up opens two sealed values whether or not there is such a user (M-5)', () => {
  const opened: string[] = []
  const { keyId, seal, open } = testSealer()
  const sealer: RecordSealer = {
    keyId,
    seal,
    open(identity, sealed) {
      opened.push(identity)
      return open(identity, sealed)
    },
  }
  const rows = createUserRows(openDatabase(':memory:', SERVER_SCHEMA), sealer)
  rows.madeUpSaltSecret(secretOf(3))
  rows.add(user('alice'))
  const countFor = (name: string): number => {
    opened.length = 0
    rows.find(parseUserId(name))
    return opened.length
  }
  expect([countFor('alice'), countFor('nobody')]).toEqual([2, 2])
})

test('the row that is read for those who are not there is nobody', () => {
  const rows = createUserRows(openDatabase(':memory:', SERVER_SCHEMA), testSealer())
  rows.madeUpSaltSecret(secretOf(3))
  rows.add(user('alice'))
  expect(rows.list().map(({ userId }) => userId)).toEqual(['alice'])
  expect(rows.find(parseUserId('bob'))).toBeUndefined()
  expect(rows.changedAtMs('bob')).toBeUndefined()
})

test('keys that were swapped between users or columns do not open', () => {
  const db = openDatabase(':memory:', SERVER_SCHEMA)
  const rows = createUserRows(db, testSealer())
  for (const name of ['alice', 'bob']) rows.add(user(name))
  expect(rows.changedAtMs('alice')).toBe(2)
  db.exec(`UPDATE users SET auth_key = (SELECT auth_key FROM users WHERE user_id = 'alice')`)
  expect(() => rows.find(parseUserId('bob'))).toThrow(StoreFailed)
  db.exec(`UPDATE users SET auth_key = wrap_base`)
  expect(() => rows.find(parseUserId('alice'))).toThrow(StoreFailed)
})
