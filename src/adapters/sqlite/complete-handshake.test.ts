import { expect, test } from 'vitest'
import {
  ALICE,
  MALLORY,
  NOW,
  PHONE,
  sampleCompletion,
  sampleEuKey,
  sampleUser,
  USER,
} from '../../../test/contracts/server-store.samples.ts'
import { parseUserId, type UserId } from '../../identity/user-id.ts'
import { createCandidateRows } from './candidate-rows.ts'
import { assignEuKey, completeHandshake } from './complete-handshake.ts'
import { createEntityRows } from './entity-rows.ts'
import { createEuKeyRows } from './eukey-rows.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
import { createSessionRows } from './session-rows.ts'
import { testSealer } from './sqlite.fixture.ts'
import { createTombstoneRows } from './tombstone-rows.ts'
import { createUserRows } from './user-rows.ts'

function openRows() {
  const db = openDatabase(':memory:', SERVER_SCHEMA)
  return {
    candidates: createCandidateRows(db, testSealer()),
    entities: createEntityRows(db),
    euKeys: createEuKeyRows(db, testSealer()),
    sessions: createSessionRows(db, testSealer()),
    tombstones: createTombstoneRows(db),
    users: createUserRows(db, testSealer()),
  }
}

/** One completion that is wrong in every way; mending it step by step shows the order of the checks. */
test('the checks come in order: tombstone, age of State, EUKey, owner, first use', () => {
  const rows = openRows()
  const outcomes: string[] = []
  const complete = (completion = sampleCompletion(1, sampleEuKey(1)), nowMs = NOW) =>
    outcomes.push(completeHandshake(rows, completion, nowMs).outcome)
  const completed = sampleCompletion(0, sampleEuKey(0))
  complete(completed)

  const foreign = sampleEuKey(1, { owner: MALLORY, expiresAtMs: NOW })
  const wrong = sampleCompletion(1, foreign, { bindFirstUse: false })
  complete({ ...wrong, tombstone: completed.tombstone }, wrong.stateExpiresAtMs)
  complete(wrong, wrong.stateExpiresAtMs)
  complete(wrong)
  complete({ ...wrong, euKey: sampleEuKey(1, { owner: MALLORY }) })
  rows.entities.remove(PHONE)
  complete({ ...wrong, euKey: sampleEuKey(1, { owner: MALLORY }) })
  complete({ ...wrong, euKey: sampleEuKey(1, { owner: MALLORY }), bindFirstUse: true })
  expect(outcomes).toEqual([
    'completed',
    'already-completed',
    'state-expired',
    'eukey-changed',
    'other-owner',
    'not-bound',
    'completed',
  ])
})

test('an assigned EUKey binds an entity at the time the key was made', () => {
  const rows = openRows()
  expect(assignEuKey(rows, sampleEuKey(1, { createdAtMs: 77 }))).toBe('assigned')
  expect(rows.entities.find(PHONE)).toEqual({ entityId: PHONE, owner: ALICE, boundAtMs: 77 })
  expect(assignEuKey(rows, sampleEuKey(2, { owner: MALLORY }))).toBe('other-owner')
  expect(rows.euKeys.findCurrent(PHONE)?.id).toBe('btid-1')
})

test('a user that the settings of a subscriber name is linked, if it is here and nobody else is', () => {
  const rows = openRows()
  const BOB = parseUserId('bob')
  const linkedAfter = (n: number, userIds: readonly UserId[]) => {
    const completion = sampleCompletion(n, sampleEuKey(n, { userIds }))
    expect(completeHandshake(rows, completion, NOW).outcome).toBe('completed')
    return rows.entities.find(PHONE)?.linkedUserId
  }
  expect(linkedAfter(1, [USER])).toBeUndefined()
  rows.users.add(sampleUser())
  rows.users.add(sampleUser({ userId: BOB }))
  expect(linkedAfter(2, [])).toBeUndefined()
  expect(linkedAfter(3, [parseUserId('nobody'), USER])).toBe(USER)
  expect(linkedAfter(4, [BOB]), 'the one that is linked stays').toBe(USER)
})
