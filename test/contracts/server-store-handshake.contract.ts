/** `ServerStore.completeHandshake`: each outcome, what it changes, and what it leaves. K-4, M-4 */
import { expect, test } from 'vitest'
import type { ServerStore } from '../../src/cpns-server/server-store.ts'
import {
  ALICE,
  KEY_EXPIRES,
  MALLORY,
  NOW,
  PHONE,
  SESSION_EXPIRES,
  sampleCompletion,
  sampleEuKey,
  sampleSession,
  sampleTombstoneKey,
  WATCH,
} from './server-store.samples.ts'

/** @param open A fresh, empty store each time. */
export function serverStoreHandshakeContract(open: () => Promise<ServerStore>): void {
  completionContract(open)
  repetitionContract(open)
  changedKeyContract(open)
  ownerContract(open)
  renewalContract(open)
}

/** Whether anything of exchange `n` was stored. */
async function leftNothing(store: ServerStore, n: number): Promise<boolean> {
  const { sessionId } = sampleSession(n, sampleEuKey(n))
  const found = [
    await store.findSession(sessionId, NOW),
    await store.findTombstone(sampleTombstoneKey(n)),
  ]
  return found.every((row) => row === undefined)
}

function completionContract(open: () => Promise<ServerStore>): void {
  test('the candidate becomes current, entity, session and tombstone are stored', async () => {
    const store = await open()
    const euKey = sampleEuKey(1)
    const completion = sampleCompletion(1, euKey)
    expect(await store.completeHandshake(completion, NOW)).toEqual({
      outcome: 'completed',
      endedSessionIds: [],
    })
    expect((await store.findCurrentEuKey(PHONE, NOW))?.key.equals(euKey.key)).toBe(true)
    expect(await store.findEntity(PHONE)).toEqual({
      entityId: PHONE,
      owner: ALICE,
      boundAtMs: NOW,
    })
    const session = await store.findSession(completion.session.sessionId, NOW)
    expect(session).toMatchObject({
      euKeyId: euKey.id,
      role: 'pn-gw',
      expiresAtMs: SESSION_EXPIRES,
    })
    expect(session?.sessionKey.equals(completion.session.sessionKey)).toBe(true)
    expect(await store.findTombstone(sampleTombstoneKey(1))).toEqual(completion.tombstone)
  })

  test('the session of a PNE keeps the PN GW that it is behind', async () => {
    const store = await open()
    const euKey = sampleEuKey(1, { entityId: WATCH })
    const session = sampleSession(1, euKey, { role: 'pne', via: PHONE })
    await store.completeHandshake({ ...sampleCompletion(1, euKey), session }, NOW)
    expect(await store.findSession(session.sessionId, NOW)).toMatchObject({
      role: 'pne',
      via: PHONE,
    })
  })

  test('a session never outlives its EUKey', async () => {
    const store = await open()
    const euKey = sampleEuKey(1, { expiresAtMs: NOW + 1_000 })
    await store.completeHandshake(sampleCompletion(1, euKey), NOW)
    expect((await store.listSessions(NOW))[0]?.expiresAtMs).toBe(NOW + 1_000)
    const longer = sampleEuKey(1, { expiresAtMs: NOW + 9_000 })
    await store.completeHandshake(sampleCompletion(2, longer), NOW)
    const second = await store.findSession(sampleSession(2, euKey).sessionId, NOW)
    expect(second?.expiresAtMs).toBe(NOW + 1_000)
  })
}

function repetitionContract(open: () => Promise<ServerStore>): void {
  test('the same State gives the tombstone, whatever else has changed since', async () => {
    const store = await open()
    const first = sampleCompletion(1, sampleEuKey(1))
    await store.completeHandshake(first, NOW)
    await store.removeEntity(PHONE)
    const again = await store.completeHandshake(
      { ...first, bindFirstUse: false, tombstone: { ...first.tombstone, messageDigest: 'other' } },
      NOW + 60_000,
    )
    expect(again).toEqual({ outcome: 'already-completed', tombstone: first.tombstone })
    expect(await store.listSessions(NOW)).toEqual([])
  })

  test('of many completions of one State at once, one is done', async () => {
    const store = await open()
    const completion = sampleCompletion(1, sampleEuKey(1))
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => store.completeHandshake(completion, NOW)),
    )
    expect(outcomes.filter(({ outcome }) => outcome === 'completed')).toHaveLength(1)
    expect(outcomes.filter(({ outcome }) => outcome === 'already-completed')).toHaveLength(19)
    expect(await store.listSessions(NOW)).toHaveLength(1)
  })

  test('State is refused from its expiry on, before anything else is looked at', async () => {
    const store = await open()
    const late = sampleCompletion(1, sampleEuKey(1, { expiresAtMs: NOW }), { bindFirstUse: false })
    const outcome = await store.completeHandshake(late, late.stateExpiresAtMs)
    expect(outcome).toEqual({ outcome: 'state-expired' })
    expect(await leftNothing(store, 1)).toBe(true)
    const inTime = sampleCompletion(2, sampleEuKey(2))
    expect(await store.completeHandshake(inTime, inTime.stateExpiresAtMs - 1)).toMatchObject({
      outcome: 'completed',
    })
  })
}

function changedKeyContract(open: () => Promise<ServerStore>): void {
  test('an EUKey that was replaced meanwhile completes nothing', async () => {
    const store = await open()
    await store.completeHandshake(sampleCompletion(1, sampleEuKey(1)), NOW)
    await store.completeHandshake(sampleCompletion(2, sampleEuKey(2)), NOW)
    // Not even one of another owner learns more than that the EUKey has changed.
    for (const owner of [ALICE, MALLORY]) {
      const late = sampleCompletion(3, sampleEuKey(1, { owner }))
      expect(await store.completeHandshake(late, NOW)).toEqual({ outcome: 'eukey-changed' })
    }
    expect(await leftNothing(store, 3)).toBe(true)
    expect((await store.findCurrentEuKey(PHONE, NOW))?.id).toBe('btid-2')
  })

  test('an EUKey that has expired completes nothing, stored or not', async () => {
    const store = await open()
    const atExpiry = { stateExpiresAtMs: KEY_EXPIRES + 1 }
    const candidate = sampleCompletion(1, sampleEuKey(1), atExpiry)
    expect(await store.completeHandshake(candidate, KEY_EXPIRES)).toEqual({
      outcome: 'eukey-changed',
    })
    await store.completeHandshake(candidate, NOW)
    const stored = sampleCompletion(2, sampleEuKey(1), atExpiry)
    expect(await store.completeHandshake(stored, KEY_EXPIRES)).toEqual({ outcome: 'eukey-changed' })
    expect(await leftNothing(store, 2)).toBe(true)
  })

  test('a new EUKey ends the sessions of the former at once', async () => {
    const store = await open()
    await store.completeHandshake(sampleCompletion(1, sampleEuKey(1)), NOW)
    await store.completeHandshake(sampleCompletion(2, sampleEuKey(1)), NOW)
    const watch = sampleCompletion(3, sampleEuKey(3, { entityId: WATCH }))
    await store.completeHandshake(watch, NOW)
    const outcome = await store.completeHandshake(sampleCompletion(4, sampleEuKey(4)), NOW)
    const former = [1, 2].map((n) => sampleSession(n, sampleEuKey(1)).sessionId)
    expect(outcome).toEqual({ outcome: 'completed', endedSessionIds: former })
    expect((await store.listSessions(NOW)).map(({ euKeyId }) => euKeyId).sort()).toEqual([
      'btid-3',
      'btid-4',
    ])
    expect((await store.findEuKey(PHONE, 'btid-1'))?.state).toBe('replaced')
  })

  test('Ks_int_NAF of the B-TID whose Ks_ext_NAF is in use is another EUKey', async () => {
    const store = await open()
    await store.completeHandshake(sampleCompletion(1, sampleEuKey(1)), NOW)
    const internal = sampleEuKey(1, { keyType: 'ks-int-naf', key: sampleEuKey(9).key })
    expect(await store.completeHandshake(sampleCompletion(2, internal), NOW)).toMatchObject({
      outcome: 'completed',
      endedSessionIds: [sampleSession(1, internal).sessionId],
    })
    const found = await store.findEuKey(PHONE, 'btid-1')
    expect(found).toMatchObject({ state: 'current', euKey: { keyType: 'ks-int-naf' } })
    const external = sampleCompletion(3, sampleEuKey(1))
    expect(await store.completeHandshake(external, NOW)).toEqual({ outcome: 'eukey-changed' })
  })
}

function ownerContract(open: () => Promise<ServerStore>): void {
  test('an entity without an owner is not bound unless that is wanted', async () => {
    const store = await open()
    const unwanted = sampleCompletion(1, sampleEuKey(1), { bindFirstUse: false })
    expect(await store.completeHandshake(unwanted, NOW)).toEqual({ outcome: 'not-bound' })
    expect(await leftNothing(store, 1)).toBe(true)
    expect(await store.findEntity(PHONE)).toBeUndefined()
    expect(await store.listEuKeys()).toEqual([])
    await store.bindEntity({ entityId: PHONE, owner: ALICE, boundAtMs: 1 })
    expect(await store.completeHandshake(unwanted, NOW)).toMatchObject({ outcome: 'completed' })
    expect((await store.findEntity(PHONE))?.boundAtMs).toBe(1)
  })

  test('an entity of another owner is refused, and nothing of its owner changes', async () => {
    const store = await open()
    await store.completeHandshake(sampleCompletion(1, sampleEuKey(1)), NOW)
    const foreign = sampleCompletion(2, sampleEuKey(2, { owner: MALLORY }))
    expect(await store.completeHandshake(foreign, NOW)).toEqual({ outcome: 'other-owner' })
    expect(await leftNothing(store, 2)).toBe(true)
    expect((await store.findCurrentEuKey(PHONE, NOW))?.id).toBe('btid-1')
    expect(await store.listSessions(NOW)).toHaveLength(1)
  })
}

function renewalContract(open: () => Promise<ServerStore>): void {
  test('a renewal lets the former session receive for a while, never longer than it had', async () => {
    const store = await open()
    const euKey = sampleEuKey(1)
    const find = (n: number) => store.findSession(sampleSession(n, euKey).sessionId, NOW)
    const short = sampleSession(1, euKey, { expiresAtMs: NOW + 10 })
    await store.completeHandshake({ ...sampleCompletion(1, euKey), session: short }, NOW)
    await store.completeHandshake(sampleCompletion(2, euKey), NOW)
    const renewed = await store.completeHandshake(sampleCompletion(3, euKey), NOW)
    expect(renewed).toEqual({ outcome: 'completed', endedSessionIds: [] })
    expect((await find(1))?.expiresAtMs).toBe(NOW + 10)
    expect((await find(2))?.expiresAtMs).toBe(NOW + 30_000)
    expect((await find(3))?.expiresAtMs).toBe(SESSION_EXPIRES)
  })
}
