import { expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { StoreFailed } from '../../errors/errors.ts'
import { parseEntityId } from '../../identity/entity-id.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
import { testSealer } from './sqlite.fixture.ts'
import { createTriggerKeyRows } from './trigger-key-rows.ts'

const keyOf = (n: number) => Secret.of(new Uint8Array(32).fill(n))
const candidate = (n: number, userId = 'alice') => ({
  pne: parseEntityId(`urn:x:${n}`),
  userId: parseUserId(userId),
  key: keyOf(n),
  createdAtMs: n,
})

test('the row of another PNE does not open, and no key is in a row as it is', () => {
  const db = openDatabase(':memory:', SERVER_SCHEMA)
  const rows = createTriggerKeyRows(db, testSealer())
  rows.findOrPut(candidate(1), 9)
  rows.findOrPut(candidate(2), 9)
  const sealed = db.prepare('SELECT key FROM trigger_keys').pluck().all() as Buffer[]
  expect(sealed.some((octets) => octets.includes(Buffer.alloc(32, 1)))).toBe(false)
  db.exec(`UPDATE trigger_keys SET key = (SELECT key FROM trigger_keys WHERE pne = 'urn:x:1')`)
  expect(rows.findOrPut(candidate(1), 9)?.equals(keyOf(1))).toBe(true)
  expect(() => rows.findOrPut(candidate(2), 9)).toThrow(StoreFailed)
})

test('look-ups by entity and by user read no whole table', () => {
  const db = openDatabase(':memory:', SERVER_SCHEMA)
  for (const column of ['pne', 'user_id']) {
    const sql = `EXPLAIN QUERY PLAN DELETE FROM trigger_keys WHERE ${column} = 'a'`
    const plan = db.prepare(sql).all() as { detail: string }[]
    expect(plan.every(({ detail }) => detail.startsWith('SEARCH'))).toBe(true)
  }
})
