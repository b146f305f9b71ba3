import { expect, test } from 'vitest'
import { ALICE, PHONE, sampleEuKey } from '../../../test/contracts/server-store.samples.ts'
import { createEntityRows } from './entity-rows.ts'
import { createEuKeyRows } from './eukey-rows.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'
import { testSealer } from './sqlite.fixture.ts'

function openRows() {
  const db = openDatabase(':memory:', SERVER_SCHEMA)
  createEntityRows(db).bind({ entityId: PHONE, owner: ALICE, boundAtMs: 1 })
  return createEuKeyRows(db, testSealer())
}

test('the newest EUKey is current, the former ones are replaced', () => {
  const rows = openRows()
  for (const n of [1, 2, 3]) rows.makeCurrent(sampleEuKey(n))
  expect(rows.findCurrent(PHONE)?.id).toBe('btid-3')
  expect([1, 2, 3].map((n) => rows.findState(sampleEuKey(n))?.state)).toEqual([
    'replaced',
    'replaced',
    'current',
  ])
  expect(rows.findState(sampleEuKey(4))).toBeUndefined()
  expect(rows.list()).toHaveLength(3)
})

test('of two key types under one B-TID each has its own row and its own key', () => {
  const rows = openRows()
  const external = sampleEuKey(1)
  const internal = sampleEuKey(1, { keyType: 'ks-int-naf', key: sampleEuKey(2).key })
  rows.makeCurrent(internal)
  rows.makeCurrent(external)
  expect(rows.findState(internal)?.state).toBe('replaced')
  expect(rows.findById(PHONE, external.id)?.euKey.key.equals(external.key)).toBe(true)
  expect([rows.removeAll(PHONE), rows.removeAll(PHONE)]).toEqual([true, false])
  expect(rows.findById(PHONE, external.id)).toBeUndefined()
})
