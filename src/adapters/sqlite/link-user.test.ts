import { beforeEach, expect, test } from 'vitest'
import {
  ALICE,
  NOW,
  PHONE,
  sampleEuKey,
  sampleSession,
  sampleUser,
  USER,
  WATCH,
} from '../../../test/contracts/server-store.samples.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { createCandidateRows } from './candidate-rows.ts'
import { createEntityRows } from './entity-rows.ts'
import { createEuKeyRows } from './eukey-rows.ts'
import { type LinkRows, linkUser, unlinkUser } from './link-user.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
import { createSessionRows } from './session-rows.ts'
import { testSealer } from './sqlite.fixture.ts'
import { createUserRows } from './user-rows.ts'

const OTHER = parseUserId('bob')
let rows: LinkRows
beforeEach(() => {
  const db = openDatabase(':memory:', SERVER_SCHEMA)
  const sealer = testSealer()
  const users = createUserRows(db, sealer)
  rows = {
    candidates: createCandidateRows(db, sealer),
    entities: createEntityRows(db),
    euKeys: createEuKeyRows(db, sealer),
    sessions: createSessionRows(db, sealer),
    users,
  }
  for (const userId of [USER, OTHER]) users.add(sampleUser({ userId }))
  rows.entities.bind({ entityId: PHONE, owner: ALICE, boundAtMs: NOW })
})

const keyOf = (n: number, user: typeof USER) =>
  sampleEuKey(n, {
    id: `key-${n}`,
    source: 'assigned',
    keyType: 'assigned',
    owner: { kind: 'user', id: user },
  })
const linked = () => rows.entities.find(PHONE)?.linkedUserId

test('only a user that is there, and an entity of an IMPI', () => {
  expect(linkUser(rows, PHONE, parseUserId('carol'))).toBe('unknown-user')
  expect(linkUser(rows, WATCH, USER)).toBe('unknown-entity')
  rows.entities.bind({ entityId: WATCH, owner: { kind: 'user', id: USER }, boundAtMs: NOW })
  expect(linkUser(rows, WATCH, OTHER)).toBe('user-owned')
  expect(linkUser(rows, PHONE, USER)).toBe('linked')
  expect(linked()).toBe(USER)
})

test('one that is taken back takes its EUKeys and sessions along, and nobody else can take it back', () => {
  linkUser(rows, PHONE, USER)
  rows.euKeys.makeCurrent(keyOf(1, USER))
  rows.candidates.put(keyOf(2, USER))
  rows.candidates.put(keyOf(3, OTHER))
  rows.sessions.insert(sampleSession(1, keyOf(1, USER)))
  expect(unlinkUser(rows, PHONE, OTHER)).toBe(false)
  expect(linked()).toBe(USER)
  expect([unlinkUser(rows, PHONE, USER), unlinkUser(rows, PHONE, USER)]).toEqual([true, false])
  expect([linked(), rows.euKeys.list(), rows.sessions.list(NOW)]).toEqual([undefined, [], []])
  expect(rows.candidates.find(PHONE, NOW).map(({ id }) => id)).toEqual(['key-3'])
})

test('what the card has made since goes on', () => {
  linkUser(rows, PHONE, USER)
  rows.euKeys.makeCurrent(keyOf(1, USER))
  rows.euKeys.makeCurrent(sampleEuKey(2))
  rows.sessions.insert(sampleSession(2, sampleEuKey(2)))
  expect(unlinkUser(rows, PHONE, USER)).toBe(true)
  expect(rows.euKeys.list().map(({ id }) => id)).toEqual(['btid-2'])
  expect(rows.sessions.list(NOW)).toHaveLength(1)
})

test('another user takes the place of the former', () => {
  linkUser(rows, PHONE, USER)
  rows.euKeys.makeCurrent(keyOf(1, USER))
  expect(linkUser(rows, PHONE, USER)).toBe('linked')
  expect(rows.euKeys.list()).toHaveLength(1)
  expect(linkUser(rows, PHONE, OTHER)).toBe('linked')
  expect([linked(), rows.euKeys.list()]).toEqual([OTHER, []])
})
