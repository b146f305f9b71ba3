import { expect, test } from 'vitest'
import { createAttemptRows } from './attempt-rows.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'

const DELAYS = { firstMs: 1_000, longestMs: 900_000, forgetAfterMs: 60_000 }

test('the delay never overflows, however often somebody tries', () => {
  const db = openDatabase(':memory:', SERVER_SCHEMA)
  const rows = createAttemptRows(db)
  const subject = { name: 's', freeAttempts: 0 }
  db.exec(`INSERT INTO attempts VALUES ('s', 100000, 0, 99)`)
  expect(rows.take([subject], DELAYS, 1)).toEqual({ outcome: 'taken' })
  expect(rows.allowedAtMs([subject])).toBe(900_001)
})

test('an attempt given back is not counted below none, and unknown subjects do not matter', () => {
  const rows = createAttemptRows(openDatabase(':memory:', SERVER_SCHEMA))
  const subject = { name: 's', freeAttempts: 1 }
  rows.take([subject], DELAYS, 1)
  for (let n = 0; n < 3; n++) rows.settle({ forgiven: ['nobody'], returned: ['s', 'nobody'] })
  expect(rows.allowedAtMs([subject])).toBe(0)
  rows.take([subject], DELAYS, 5)
  expect(rows.allowedAtMs([subject])).toBe(1_005)
})
