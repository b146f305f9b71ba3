import { expect, test } from 'vitest'
import {
  ALICE,
  NOW,
  PHONE,
  sampleAssignment,
  sampleEuKey,
} from '../../../test/contracts/server-store.samples.ts'
import { Secret } from '../../crypto/secret.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { createAttemptRows } from './attempt-rows.ts'
import { createCandidateRows } from './candidate-rows.ts'
import { completeAssignment } from './complete-assignment.ts'
import { createEntityRows } from './entity-rows.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
import { testSealer } from './sqlite.fixture.ts'
import { createTombstoneRows } from './tombstone-rows.ts'
import { createUserRows } from './user-rows.ts'

const USER = parseUserId('bob')
const EUKEY = sampleEuKey(1, {
  owner: { kind: 'user', id: USER },
  source: 'assigned',
  keyType: 'assigned',
})

function openRows() {
  const db = openDatabase(':memory:', SERVER_SCHEMA)
  return {
    attempts: createAttemptRows(db),
    candidates: createCandidateRows(db, testSealer()),
    entities: createEntityRows(db),
    tombstones: createTombstoneRows(db),
    users: createUserRows(db, testSealer()),
  }
}

/** One completion that is wrong in every way; mending it step by step shows the order of the checks. */
test('the checks come in order: tombstone, age of State, user, owner, first use', () => {
  const rows = openRows()
  const outcomes: string[] = []
  const complete = (assignment = sampleAssignment(1, EUKEY), nowMs = NOW) =>
    outcomes.push(completeAssignment(rows, assignment, nowMs).outcome)
  const wrong = sampleAssignment(1, EUKEY, { bindFirstUse: false })
  rows.tombstones.insert(sampleAssignment(0, EUKEY).tombstone)
  rows.entities.bind({ entityId: PHONE, owner: ALICE, boundAtMs: 1 })
  complete(sampleAssignment(0, EUKEY), wrong.stateExpiresAtMs)
  complete(wrong, wrong.stateExpiresAtMs)
  complete(wrong)
  const key = Secret.of(new Uint8Array(32))
  rows.users.add({
    userId: USER,
    kdf: { kdf: 'scrypt', salt: new Uint8Array(16), n: 16_384, r: 8, p: 1 },
    keys: { authKey: key, wrapBase: key },
    createdAtMs: 1,
    changedAtMs: NOW,
  })
  complete(wrong)
  rows.entities.remove(PHONE)
  complete(wrong)
  expect(rows.candidates.find(PHONE, NOW)).toEqual([])
  complete()
  expect(outcomes).toEqual([
    'already-completed',
    'state-expired',
    'user-changed',
    'other-owner',
    'not-bound',
    'completed',
  ])
})
