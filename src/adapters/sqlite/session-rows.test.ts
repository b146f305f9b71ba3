import { expect, test } from 'vitest'
import {
  ALICE,
  NOW,
  PHONE,
  sampleEuKey,
  sampleSession,
} from '../../../test/contracts/server-store.samples.ts'
import { createEntityRows } from './entity-rows.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
import { createSessionRows } from './session-rows.ts'
import { testSealer } from './sqlite.fixture.ts'

function openRows() {
  const db = openDatabase(':memory:', SERVER_SCHEMA)
  createEntityRows(db).bind({ entityId: PHONE, owner: ALICE, boundAtMs: 1 })
  const rows = createSessionRows(db, testSealer())
  const sessions = [3, 1, 2].map((n) => sampleSession(n, sampleEuKey(1)))
  for (const session of sessions) rows.insert(session)
  return { rows, ids: sessions.map(({ sessionId }) => sessionId).sort() }
}

test('all sessions of an entity end but one, and are named in order', () => {
  const { rows, ids } = openRows()
  expect(rows.endAll(PHONE, ids[1])).toEqual([ids[0], ids[2]])
  expect(rows.endAll(PHONE)).toEqual([ids[1]])
  expect(rows.endAll(PHONE)).toEqual([])
})

test('an end is brought forward, never put off', () => {
  const { rows, ids } = openRows()
  rows.endNoLaterThan(PHONE, NOW + 5)
  rows.endNoLaterThan(PHONE, NOW + 500)
  expect(rows.list(NOW).map(({ expiresAtMs }) => expiresAtMs)).toEqual(Array(3).fill(NOW + 5))
  expect(rows.find(ids[0] as string, NOW + 5)).toBeUndefined()
})
