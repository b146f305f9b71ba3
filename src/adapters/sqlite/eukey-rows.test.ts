import { expect, test } from 'vitest'
import { ALICE, PHONE, sampleEuKey } from '../../../test/contracts/server-store.samples.ts'
import type { EuKey } from '../../cpns-server/server-store.ts'
import type { UserId } from '../../identity/user-id.ts'
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

test('a key is opened once, until its row changes', () => {
  const rows = openRows()
  rows.makeCurrent(sampleEuKey(1))
  const { key } = rows.findCurrent(PHONE) as EuKey
  expect(rows.findCurrent(PHONE)?.key).toBe(key)
  expect(rows.findById(PHONE, 'btid-1')?.euKey.key).toBe(key)
  rows.makeCurrent(sampleEuKey(2))
  expect(rows.findById(PHONE, 'btid-1')).toMatchObject({ state: 'replaced' })
  expect(rows.findById(PHONE, 'btid-1')?.euKey.key).not.toBe(key)
  expect(rows.findCurrent(PHONE)?.key.equals(sampleEuKey(2).key)).toBe(true)
})

test.each<[string, (rows: ReturnType<typeof openRows>) => void]>([
  ['of the entity', (rows) => void rows.removeAll(PHONE)],
  ['of the user', (rows) => void rows.removeOfUser('jo' as UserId)],
])('EUKeys %s are gone as soon as they are removed', (_, remove) => {
  const rows = openRows()
  rows.makeCurrent(sampleEuKey(1, { owner: { kind: 'user', id: 'jo' } }))
  expect(rows.findCurrent(PHONE)).toBeDefined()
  remove(rows)
  expect(rows.findCurrent(PHONE)).toBeUndefined()
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
