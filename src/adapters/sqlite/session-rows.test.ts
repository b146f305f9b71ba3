import { expect, test } from 'vitest'
import {
  ALICE,
  NOW,
  PHONE,
  sampleEuKey,
  sampleSession,
} from '../../../test/contracts/server-store.samples.ts'
import type { Session } from '../../cpns-server/server-store.ts'
import { createEntityRows } from './entity-rows.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
import { createSessionRows } from './session-rows.ts'
import { testSealer, withFolder } from './sqlite.fixture.ts'

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

test('sessions of the form before, in order of their SessionIDs, are found as before', () =>
  withFolder((folder) => {
    const file = `${folder}/server.db`
    const migrations = SERVER_SCHEMA.migrations.slice(0, 6)
    const former = openDatabase(file, { ...SERVER_SCHEMA, migrations })
    createEntityRows(former).bind({ entityId: PHONE, owner: ALICE, boundAtMs: 1 })
    const sessions = [2, 1].map((n) => sampleSession(n, sampleEuKey(1), { createdAtMs: NOW - n }))
    // What writes them names each column, so it writes both forms.
    for (const session of sessions) createSessionRows(former, testSealer()).insert(session)
    former.close()
    const db = openDatabase(file, SERVER_SCHEMA)
    const rows = createSessionRows(db, testSealer())
    expect(sessions.map(({ sessionId }) => rows.find(sessionId, NOW))).toEqual(sessions)
    expect(
      db.prepare('SELECT position, session_id FROM sessions ORDER BY position').raw().all(),
    ).toEqual([
      [1, sessions[0]?.sessionId],
      [2, sessions[1]?.sessionId],
    ])
    expect(() => rows.insert(sessions[0] as Session)).toThrow('UNIQUE')
    db.close()
  }))

test('an end is brought forward, never put off', () => {
  const { rows, ids } = openRows()
  rows.endNoLaterThan(PHONE, NOW + 5)
  rows.endNoLaterThan(PHONE, NOW + 500)
  expect(rows.list(NOW).map(({ expiresAtMs }) => expiresAtMs)).toEqual(Array(3).fill(NOW + 5))
  expect(rows.find(ids[0] as string, NOW + 5)).toBeUndefined()
})
