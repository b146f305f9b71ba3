/** Sessions and attachments of a `ServerStore`, and the removal of what has expired. Design 7, 8 */
import { expect, test } from 'vitest'
import type { ServerStore } from '../../src/cpns-server/server-store.ts'
import {
  KEY_EXPIRES,
  NOW,
  PHONE,
  SESSION_EXPIRES,
  sampleCompletion,
  sampleEuKey,
  sampleSession,
  sampleTombstoneKey,
  WATCH,
} from './server-store.samples.ts'

const idOf = (n: number) => sampleSession(n, sampleEuKey(1)).sessionId
const attach = (store: ServerStore, n: number, entityId = PHONE, nowMs = NOW) =>
  store.takeAttachment({ entityId, nodeId: 'node', sessionId: idOf(n) }, nowMs)

/** @param open A fresh, empty store each time. */
export function serverStoreSessionsContract(open: () => Promise<ServerStore>): void {
  const openWithSessions = async () => {
    const store = await open()
    await store.completeHandshake(sampleCompletion(1, sampleEuKey(1)), NOW)
    await store.completeHandshake(sampleCompletion(2, sampleEuKey(1)), NOW)
    const watch = sampleCompletion(3, sampleEuKey(3, { entityId: WATCH }))
    await store.completeHandshake(watch, NOW)
    return store
  }
  lifeContract(openWithSessions)
  attachmentContract(openWithSessions)
  expiryContract(openWithSessions)
}

function lifeContract(openWithSessions: () => Promise<ServerStore>): void {
  test('a session is found until it expires, and listed without its key', async () => {
    const store = await openWithSessions()
    expect(await store.findSession(idOf(2), SESSION_EXPIRES - 1)).toBeDefined()
    expect(await store.findSession(idOf(2), SESSION_EXPIRES)).toBeUndefined()
    expect(await store.findSession(idOf(9), NOW)).toBeUndefined()
    const listed = await store.listSessions(SESSION_EXPIRES - 1)
    expect(listed.map(({ sessionId }) => sessionId)).toEqual([idOf(2), idOf(3)])
    expect(listed.some((info) => 'sessionKey' in info)).toBe(false)
  })

  test('a session ends once', async () => {
    const store = await openWithSessions()
    expect(await store.endSession(idOf(2))).toBe(true)
    expect(await store.endSession(idOf(2))).toBe(false)
    expect(await store.findSession(idOf(2), NOW)).toBeUndefined()
    expect(await store.findSession(idOf(1), NOW)).toBeDefined()
  })
}

function attachmentContract(openWithSessions: () => Promise<ServerStore>): void {
  test('each attachment of an entity has a higher epoch and ends its other sessions', async () => {
    const store = await openWithSessions()
    const expiresAtMs = SESSION_EXPIRES
    expect(await attach(store, 2)).toEqual({ epoch: 1, endedSessionIds: [idOf(1)], expiresAtMs })
    expect(await attach(store, 2)).toEqual({ epoch: 2, endedSessionIds: [], expiresAtMs })
    expect(await attach(store, 3, WATCH)).toEqual({ epoch: 1, endedSessionIds: [], expiresAtMs })
    expect(await store.findSession(idOf(1), NOW)).toBeUndefined()
    expect(await store.findSession(idOf(2), NOW)).toBeDefined()
    expect(await store.findSession(idOf(3), NOW)).toBeDefined()
  })

  test('a session that has ended takes no attachment: it is itself the one that ended', async () => {
    const store = await openWithSessions()
    const none = { epoch: 1, expiresAtMs: 0 }
    await attach(store, 2)
    expect(await attach(store, 1)).toEqual({ ...none, endedSessionIds: [idOf(1)] })
    expect(await attach(store, 3)).toEqual({ ...none, endedSessionIds: [idOf(3)] })
    expect(await store.findSession(idOf(2), NOW)).toBeDefined()
    expect(await store.findSession(idOf(3), NOW)).toBeDefined()
  })

  test('so does one that has expired, or that a renewal has brought to its end', async () => {
    const store = await openWithSessions()
    const ended = { epoch: 0, endedSessionIds: [idOf(1)], expiresAtMs: 0 }
    expect(await attach(store, 1, PHONE, NOW + 30_000)).toEqual(ended)
    expect((await attach(store, 1, PHONE, NOW + 29_999)).expiresAtMs).toBe(NOW + 30_000)
    const late = { epoch: 1, endedSessionIds: [idOf(2)], expiresAtMs: 0 }
    expect(await attach(store, 2, PHONE, SESSION_EXPIRES)).toEqual(late)
  })

  test('epochs go on rising after the entity was removed', async () => {
    const store = await openWithSessions()
    await attach(store, 2)
    await store.removeEntity(PHONE)
    await store.completeHandshake(sampleCompletion(4, sampleEuKey(4)), NOW)
    expect((await attach(store, 4)).epoch).toBe(2)
  })
}

function expiryContract(openWithSessions: () => Promise<ServerStore>): void {
  test('only what has expired is removed', async () => {
    const store = await openWithSessions()
    expect(await store.removeExpired(NOW)).toBe(0)
    // The former session of the phone, 30 s after its renewal.
    expect(await store.removeExpired(NOW + 30_000)).toBe(1)
    expect(await store.removeExpired(NOW + 90_000)).toBe(3)
    expect(await store.findTombstone(sampleTombstoneKey(2))).toBeUndefined()
    expect(await store.removeExpired(SESSION_EXPIRES)).toBe(2)
    expect(await store.listEuKeys()).toHaveLength(2)
    expect(await store.removeExpired(KEY_EXPIRES)).toBe(2)
    expect(await store.listEuKeys()).toEqual([])
    expect(await store.listEntities()).toHaveLength(2)
  })

  test('a replaced EUKey is known until it expires', async () => {
    const store = await openWithSessions()
    await store.completeHandshake(sampleCompletion(4, sampleEuKey(4)), NOW)
    await store.removeExpired(KEY_EXPIRES - 1)
    expect((await store.findEuKey(PHONE, 'btid-1'))?.state).toBe('replaced')
  })
}
