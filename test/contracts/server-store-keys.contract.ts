/** EUKeys and owners of entities in a `ServerStore`. K-4 */

import { expect, test } from 'vitest'
import type { EuKey, ServerStore } from '../../src/cpns-server/server-store.ts'
import { parseEntityId } from '../../src/identity/entity-id.ts'
import {
  ALICE,
  KEY_EXPIRES,
  MALLORY,
  NOW,
  PHONE,
  sampleCompletion,
  sampleEuKey,
  sampleUser,
  USER,
  WATCH,
} from './server-store.samples.ts'

const assigned = (n: number, changes: Partial<EuKey> = {}): EuKey =>
  sampleEuKey(n, { id: `key-${n}`, source: 'assigned', keyType: 'assigned', ...changes })

const sessionsOf = async (store: ServerStore) =>
  (await store.listSessions(NOW)).map(({ entityId }) => entityId)

/** @param open A fresh, empty store each time. */
export function serverStoreKeysContract(open: () => Promise<ServerStore>): void {
  assignmentContract(open)
  bindingContract(open)
  octetsContract(open)
  removalContract(open)
}

function assignmentContract(open: () => Promise<ServerStore>): void {
  test('an assigned EUKey is current, binds its entity, and comes back as it was', async () => {
    const store = await open()
    const euKey = assigned(1, { owner: { kind: 'user', id: 'Älice Ω' } })
    expect(await store.assignEuKey(euKey)).toBe('assigned')
    const found = await store.findCurrentEuKey(PHONE, NOW)
    const { key, ...rest } = found as EuKey
    const { key: expectedKey, ...plain } = euKey
    expect(rest).toEqual(plain)
    expect(key.equals(expectedKey)).toBe(true)
    expect(await store.findEuKey(PHONE, 'key-1')).toMatchObject({ state: 'current', euKey: plain })
    expect(await store.findEntity(PHONE)).toMatchObject({ owner: euKey.owner })
  })

  test('a newly assigned EUKey replaces the former and ends its sessions', async () => {
    const store = await open()
    await store.assignEuKey(assigned(1))
    await store.completeHandshake(sampleCompletion(1, assigned(1)), NOW)
    expect(await store.listSessions(NOW)).toHaveLength(1)
    expect(await store.assignEuKey(assigned(2))).toBe('assigned')
    expect((await store.findCurrentEuKey(PHONE, NOW))?.id).toBe('key-2')
    expect((await store.findEuKey(PHONE, 'key-1'))?.state).toBe('replaced')
    expect(await store.listSessions(NOW)).toEqual([])
  })

  test('an entity of another owner gets no EUKey', async () => {
    const store = await open()
    await store.assignEuKey(assigned(1))
    expect(await store.assignEuKey(assigned(2, { owner: MALLORY }))).toBe('other-owner')
    const sameName = { kind: 'user', id: ALICE.id } as const
    expect(await store.assignEuKey(assigned(2, { owner: sameName }))).toBe('other-owner')
    expect((await store.findCurrentEuKey(PHONE, NOW))?.id).toBe('key-1')
    expect(await store.listEuKeys()).toHaveLength(1)
  })

  test('an expired EUKey is not current, but is found by its id', async () => {
    const store = await open()
    await store.assignEuKey(assigned(1))
    expect(await store.findCurrentEuKey(PHONE, KEY_EXPIRES - 1)).toBeDefined()
    expect(await store.findCurrentEuKey(PHONE, KEY_EXPIRES)).toBeUndefined()
    expect(await store.findEuKey(PHONE, 'key-1')).toBeDefined()
    expect(await store.findEuKey(WATCH, 'key-1')).toBeUndefined()
    expect(await store.findEuKey(PHONE, 'key-2')).toBeUndefined()
  })

  test('a list of EUKeys shows all but the keys', async () => {
    const store = await open()
    await store.assignEuKey(assigned(1))
    await store.assignEuKey(assigned(2))
    await store.assignEuKey(assigned(3, { entityId: WATCH }))
    const listed = await store.listEuKeys()
    expect(listed.map(({ id, state }) => `${id} ${state}`).sort()).toEqual([
      'key-1 replaced',
      'key-2 current',
      'key-3 current',
    ])
    expect(listed.some((info) => 'key' in info)).toBe(false)
  })
}

function bindingContract(open: () => Promise<ServerStore>): void {
  test('an entity is bound once, and comes back as it was bound', async () => {
    const store = await open()
    const phone = { entityId: PHONE, owner: ALICE, boundAtMs: NOW }
    expect(await store.findEntity(PHONE)).toBeUndefined()
    expect(await store.bindEntity(phone)).toBe('bound')
    expect(await store.bindEntity({ ...phone, owner: MALLORY })).toBe('bound-already')
    expect(await store.findEntity(PHONE)).toEqual(phone)
    const watch = { entityId: WATCH, owner: MALLORY, boundAtMs: NOW + 1 }
    await store.bindEntity(watch)
    expect(await store.listEntities()).toEqual([phone, watch])
  })
}

function octetsContract(open: () => Promise<ServerStore>): void {
  test.each([
    ['case', 'urn:x:Zo\u00eb', 'urn:x:zo\u00eb'],
    ['normal form', 'urn:x:Zo\u00eb', 'urn:x:Zoe\u0308'],
  ])('EntityIDs of another %s are others: they compare octet by octet', async (_, one, other) => {
    const store = await open()
    const [first, second] = [parseEntityId(one), parseEntityId(other)]
    await store.completeHandshake(sampleCompletion(1, sampleEuKey(1, { entityId: first })), NOW)
    expect((await store.findCurrentEuKey(first, NOW))?.id).toBe('btid-1')
    expect(await store.findEntity(second)).toBeUndefined()
    expect(await store.findCurrentEuKey(second, NOW)).toBeUndefined()
    const ofMallory = sampleEuKey(2, { entityId: second, owner: MALLORY })
    expect((await store.completeHandshake(sampleCompletion(2, ofMallory), NOW)).outcome).toBe(
      'completed',
    )
    expect((await store.findCurrentEuKey(first, NOW))?.id).toBe('btid-1')
    expect((await sessionsOf(store)).sort()).toEqual([first, second].sort())
  })
}

function removalContract(open: () => Promise<ServerStore>): void {
  const openWithSessions = async () => {
    const store = await open()
    await store.completeHandshake(sampleCompletion(1, sampleEuKey(1)), NOW)
    const watchKey = sampleEuKey(2, { entityId: WATCH })
    await store.completeHandshake(sampleCompletion(2, watchKey), NOW)
    return store
  }

  test('removing EUKeys ends the sessions and keeps the binding', async () => {
    const store = await openWithSessions()
    expect(await store.removeEuKeys(PHONE)).toBe(true)
    expect(await store.removeEuKeys(PHONE)).toBe(false)
    expect(await store.findCurrentEuKey(PHONE, NOW)).toBeUndefined()
    expect(await store.findEntity(PHONE)).toBeDefined()
    expect(await sessionsOf(store)).toEqual([WATCH])
  })

  test('an entity that is given to another owner has neither EUKey nor session nor link any more', async () => {
    const store = await openWithSessions()
    await store.addUser(sampleUser())
    expect(await store.linkUser(PHONE, USER)).toBe('linked')
    const rebound = { entityId: PHONE, owner: MALLORY, boundAtMs: NOW + 5 }
    expect(await store.rebindEntity(rebound)).toBe(true)
    expect(await store.findEntity(PHONE)).toEqual(rebound)
    expect(await store.findCurrentEuKey(PHONE, NOW)).toBeUndefined()
    expect(await sessionsOf(store)).toEqual([WATCH])
    const former = await store.completeHandshake(sampleCompletion(3, sampleEuKey(1)), NOW)
    expect(former.outcome).toBe('other-owner')
    const own = sampleEuKey(4, { owner: MALLORY })
    const outcome = await store.completeHandshake(sampleCompletion(4, own), NOW)
    expect(outcome.outcome).toBe('completed')
  })

  test('an entity without an owner cannot be given away', async () => {
    const store = await open()
    const rebound = { entityId: PHONE, owner: MALLORY, boundAtMs: NOW }
    expect(await store.rebindEntity(rebound)).toBe(false)
    expect(await store.findEntity(PHONE)).toBeUndefined()
  })

  test('removing an entity takes its EUKeys and sessions along', async () => {
    const store = await openWithSessions()
    expect(await store.removeEntity(PHONE)).toBe(true)
    expect(await store.removeEntity(PHONE)).toBe(false)
    expect(await store.findEntity(PHONE)).toBeUndefined()
    expect((await store.listEuKeys()).map(({ entityId }) => entityId)).toEqual([WATCH])
    expect(await sessionsOf(store)).toEqual([WATCH])
    const stranger = sampleEuKey(3, { owner: MALLORY })
    const outcome = await store.completeHandshake(sampleCompletion(3, stranger), NOW)
    expect(outcome.outcome).toBe('completed')
  })
}
