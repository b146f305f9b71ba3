import { expect, test } from 'vitest'
import { NOW, PHONE, sampleEuKey, WATCH } from '../../../test/contracts/server-store.samples.ts'
import { StoreFailed } from '../../errors/errors.ts'
import { createCandidateRows } from './candidate-rows.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
import { testSealer } from './sqlite.fixture.ts'

const owner = { kind: 'user', id: 'alice' } as const
const assigned = { owner, source: 'assigned', keyType: 'assigned' } as const

test('a key that was moved to another entity does not open', () => {
  const db = openDatabase(':memory:', SERVER_SCHEMA)
  const rows = createCandidateRows(db, testSealer())
  rows.put(sampleEuKey(1, assigned))
  rows.put(sampleEuKey(2, { ...assigned, entityId: WATCH }))
  db.exec(`UPDATE candidates SET key = (SELECT key FROM candidates WHERE entity_id = '${PHONE}')`)
  expect(rows.find(PHONE, NOW)).toHaveLength(1)
  expect(() => rows.find(WATCH, NOW)).toThrow(StoreFailed)
})

test('has knows one EUKey from another of the same entity and user', () => {
  const rows = createCandidateRows(openDatabase(':memory:', SERVER_SCHEMA), testSealer())
  rows.put(sampleEuKey(1, assigned))
  const bob = { kind: 'user', id: 'bob' } as const
  const asked = [
    sampleEuKey(1, assigned),
    sampleEuKey(2, assigned),
    sampleEuKey(1, { ...assigned, owner: bob }),
    sampleEuKey(1, { ...assigned, entityId: WATCH }),
  ]
  expect(asked.map((euKey) => rows.has(euKey))).toEqual([true, false, false, false])
  expect([rows.removeOfEntity(PHONE), rows.removeOfEntity(PHONE)]).toEqual([true, false])
})
