import { expect, test } from 'vitest'
import { ALICE, PHONE, WATCH } from '../../../test/contracts/server-store.samples.ts'
import { createEntityRows, isSameOwner } from './entity-rows.ts'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'

test('a binding is made once, listed in order, and taken away', () => {
  const rows = createEntityRows(openDatabase(':memory:', SERVER_SCHEMA))
  const watch = { entityId: WATCH, owner: ALICE, boundAtMs: 2 }
  const phone = { entityId: PHONE, owner: ALICE, boundAtMs: 1 }
  expect([rows.bind(watch), rows.bind(phone), rows.bind(phone)]).toEqual([true, true, false])
  expect(rows.list()).toEqual([phone, watch])
  expect([rows.remove(PHONE), rows.remove(PHONE)]).toEqual([true, false])
  expect([rows.find(PHONE), rows.find(WATCH)]).toEqual([undefined, watch])
})

test('an IMPI and a UserID of the same text are two owners', () => {
  expect(isSameOwner(ALICE, { ...ALICE })).toBe(true)
  expect(isSameOwner(ALICE, { kind: 'user', id: ALICE.id })).toBe(false)
  expect(isSameOwner(ALICE, { kind: 'impi', id: `${ALICE.id}.` })).toBe(false)
})
