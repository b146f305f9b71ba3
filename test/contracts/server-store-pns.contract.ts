/** The PN inventory of a `ServerStore`. Design 6, 9 */
import { expect, test } from 'vitest'
import { MAX_PNS } from '../../src/cpns-server/pn-inventory.ts'
import type { PnWish } from '../../src/cpns-server/pn-store.ts'
import type { ServerStore } from '../../src/cpns-server/server-store.ts'
import { type EntityId, parseEntityId } from '../../src/identity/entity-id.ts'
import {
  NOW,
  PHONE,
  SESSION_EXPIRES,
  sampleCompletion,
  sampleEuKey,
  sampleSession,
  WATCH,
} from './server-store.samples.ts'

const TABLET = parseEntityId('urn:uuid:tablet')
const EXPIRES = NOW + 60_000
const HOME = 'urn:cpns:pn:home'

/** Session `n` of a PN GW, or of a PNE behind one. */
async function authenticate(
  store: ServerStore,
  n: number,
  { entityId, via, atMs = NOW }: { entityId: EntityId; via?: EntityId; atMs?: number },
): Promise<string> {
  const euKey = sampleEuKey(via === undefined ? n : 3, { entityId })
  const role = via === undefined ? 'pn-gw' : 'pne'
  const session = sampleSession(n, euKey, { role, ...(via && { via }), createdAtMs: atMs })
  const completion = sampleCompletion(n, euKey, { session })
  expect((await store.completeHandshake(completion, NOW)).outcome).toBe('completed')
  return session.sessionId
}

/** @param open A fresh, empty store each time. */
export function serverStorePnsContract(open: () => Promise<ServerStore>): void {
  /** A phone and a tablet, both PN GWs, and a watch behind the phone. */
  const openWithPeople = async () => {
    const store = await open()
    await authenticate(store, 1, { entityId: PHONE })
    await authenticate(store, 2, { entityId: TABLET })
    await authenticate(store, 3, { entityId: WATCH, via: PHONE })
    return store
  }
  const register = (store: ServerStore, change: Partial<PnWish> = {}, nowMs = NOW) =>
    store.registerPn(
      { gateway: PHONE, newPnId: HOME, members: [WATCH], expiresAtMs: EXPIRES, ...change },
      nowMs,
    )
  const membersOf = async (store: ServerStore, pnId: string, nowMs = NOW) =>
    (await store.findPn(pnId, nowMs))?.members.map(({ entityId }) => entityId)

  registrationContract({ openWithPeople, register, membersOf })
  moveContract({ openWithPeople, register, membersOf })
  presenceContract({ openWithPeople, register })
}

interface Helpers {
  readonly openWithPeople: () => Promise<ServerStore>
  readonly register: (
    store: ServerStore,
    change?: Partial<PnWish>,
    nowMs?: number,
  ) => ReturnType<ServerStore['registerPn']>
  readonly membersOf: (
    store: ServerStore,
    pnId: string,
    nowMs?: number,
  ) => Promise<readonly EntityId[] | undefined>
}

function registrationContract({ openWithPeople, register, membersOf }: Helpers): void {
  test('a PN is made, found, listed, and expires', async () => {
    const store = await openWithPeople()
    expect(await store.listPns(NOW)).toEqual([])
    const registered = { outcome: 'registered', pnId: HOME, members: [WATCH] }
    expect(await register(store, { alias: 'home' })).toEqual(registered)
    const pn = {
      pnId: HOME,
      alias: 'home',
      gateway: PHONE,
      isOnline: false,
      expiresAtMs: EXPIRES,
      members: [{ entityId: WATCH, isOnline: false, expiresAtMs: EXPIRES }],
    }
    expect(await store.findPn(HOME, NOW)).toEqual(pn)
    expect(await store.listPns(EXPIRES - 1)).toEqual([pn])
    expect(await store.listPns(EXPIRES)).toEqual([])
    expect(await store.findPn(HOME, EXPIRES)).toBeUndefined()
    expect(await store.findPn('urn:cpns:pn:none', NOW)).toBeUndefined()
  })

  test('it is refreshed by its id, or without one by its alias; members not named expire', async () => {
    const store = await openWithPeople()
    await register(store, { alias: 'home' })
    const later = { expiresAtMs: EXPIRES + 60_000, members: [], newPnId: 'urn:cpns:pn:other' }
    expect(await register(store, { ...later, alias: 'home' })).toMatchObject({ pnId: HOME })
    expect(await register(store, { ...later, pnId: HOME })).toMatchObject({ pnId: HOME })
    expect(await store.findPn(HOME, NOW)).toMatchObject({ alias: 'home' })
    expect(await membersOf(store, HOME, EXPIRES - 1)).toEqual([WATCH])
    expect(await membersOf(store, HOME, EXPIRES)).toEqual([])
    expect(await register(store, later)).toMatchObject({ pnId: 'urn:cpns:pn:other' })
    expect(await store.listPns(NOW)).toHaveLength(2)
  })

  test('a PN is its PN GW’s alone', async () => {
    const store = await openWithPeople()
    await register(store, { alias: 'home' })
    const foreign = { gateway: TABLET, members: [] }
    expect(await register(store, { ...foreign, pnId: HOME })).toEqual({ outcome: 'unknown-pn' })
    expect(await store.endPn({ gateway: TABLET, pnId: HOME })).toBe(false)
    const own = await register(store, { ...foreign, alias: 'home', newPnId: 'urn:cpns:pn:own' })
    expect(own).toMatchObject({ pnId: 'urn:cpns:pn:own' })
    expect(await store.endPn({ gateway: PHONE, pnId: HOME })).toBe(true)
    expect(await store.endPn({ gateway: PHONE, pnId: HOME })).toBe(false)
    expect(await register(store, { pnId: HOME })).toEqual({ outcome: 'unknown-pn' })
  })

  test(`a PN GW has ${MAX_PNS} of them at most, and those that have expired do not count`, async () => {
    const store = await openWithPeople()
    const make = (n: number, nowMs = NOW) =>
      register(store, { newPnId: `urn:cpns:pn:${n}`, alias: `pn ${n}` }, nowMs)
    for (let n = 0; n < MAX_PNS; n++) expect((await make(n)).outcome).toBe('registered')
    expect(await make(99)).toEqual({ outcome: 'too-many' })
    expect((await register(store, { alias: 'pn 0' })).outcome).toBe('registered')
    expect((await make(99, EXPIRES)).outcome).toBe('registered')
  })

  test('a PNE that has not proved itself through this PN GW is no member', async () => {
    const store = await openWithPeople()
    const nobody = parseEntityId('urn:uuid:nobody')
    const wish = { gateway: TABLET, members: [WATCH, PHONE, nobody] }
    expect(await register(store, wish)).toMatchObject({ members: [] })
    expect(await membersOf(store, HOME)).toEqual([])
    const late = await register(store, { expiresAtMs: SESSION_EXPIRES + 1 }, SESSION_EXPIRES)
    expect(late).toMatchObject({ members: [] })
  })

  test('what has expired is removed, and with an entity all that is known of it', async () => {
    const store = await openWithPeople()
    await register(store)
    const before = await store.removeExpired(EXPIRES - 1)
    expect(before).toBeGreaterThanOrEqual(0)
    expect(await store.removeExpired(EXPIRES)).toBe(2)
    await register(store)
    await store.removeEntity(WATCH)
    expect(await membersOf(store, HOME)).toEqual([])
    await store.removeEntity(PHONE)
    expect(await store.listPns(NOW)).toEqual([])
  })
}

function moveContract({ openWithPeople, register, membersOf }: Helpers): void {
  const AWAY = 'urn:cpns:pn:away'

  test('a PNE that authenticates behind another PN GW is registered there, and nowhere else', async () => {
    const store = await openWithPeople()
    await register(store)
    await authenticate(store, 4, { entityId: WATCH, via: TABLET, atMs: NOW + 1 })
    const there = await register(store, { gateway: TABLET, newPnId: AWAY })
    expect(there).toMatchObject({ pnId: AWAY, members: [WATCH] })
    expect([await membersOf(store, HOME), await membersOf(store, AWAY)]).toEqual([[], [WATCH]])
    // The former session lives on for a while: it gives its PN GW no claim any more.
    expect(await register(store)).toMatchObject({ members: [] })
    expect([await membersOf(store, HOME), await membersOf(store, AWAY)]).toEqual([[], [WATCH]])
  })

  test('it leaves the former PN with its first record, registered there or not', async () => {
    const store = await openWithPeople()
    await register(store)
    const sessionId = await authenticate(store, 4, { entityId: WATCH, via: TABLET, atMs: NOW + 1 })
    expect(await membersOf(store, HOME)).toEqual([WATCH])
    await store.takeAttachment({ entityId: WATCH, nodeId: 'node', sessionId }, NOW)
    expect(await membersOf(store, HOME)).toEqual([])
  })

  test('attaching again where it is changes nothing, and neither does its PN GW', async () => {
    const store = await openWithPeople()
    await register(store)
    const idOf = (n: number) => n.toString(16).padStart(32, '0')
    await store.takeAttachment({ entityId: WATCH, nodeId: 'node', sessionId: idOf(3) }, NOW)
    await store.takeAttachment({ entityId: PHONE, nodeId: 'node', sessionId: idOf(1) }, NOW)
    expect(await membersOf(store, HOME)).toEqual([WATCH])
  })
}

function presenceContract({ openWithPeople, register }: Omit<Helpers, 'membersOf'>): void {
  const note = (store: ServerStore, isOnline: boolean, atMs: number, nodeId = 'a') =>
    store.notePresence({ entityId: WATCH, nodeId, isOnline, atMs })
  const notePhone = (store: ServerStore, isOnline: boolean, atMs: number) =>
    store.notePresence({ entityId: PHONE, nodeId: 'c', isOnline, atMs })
  const seen = async (store: ServerStore) => {
    const [member] = (await store.findPn(HOME, NOW))?.members ?? []
    return [member?.isOnline, member?.lastSeenMs]
  }

  test('who is attached is online, who went was last seen then', async () => {
    const store = await openWithPeople()
    await register(store)
    await notePhone(store, true, NOW)
    await note(store, true, NOW + 1)
    expect(await seen(store)).toEqual([true, NOW + 1])
    expect(await store.findPn(HOME, NOW)).toMatchObject({ isOnline: true, lastSeenMs: NOW })
    await note(store, false, NOW + 2)
    expect(await seen(store)).toEqual([false, NOW + 2])
  })

  test('who is behind a PN GW that went, went with it', async () => {
    const store = await openWithPeople()
    await register(store)
    await note(store, true, NOW + 1)
    expect(await seen(store)).toEqual([false, undefined])
    await notePhone(store, true, NOW + 2)
    await notePhone(store, false, NOW + 5)
    expect(await seen(store)).toEqual([false, NOW + 5])
  })

  test('and is back when it has attached after it', async () => {
    const store = await openWithPeople()
    await register(store)
    await notePhone(store, true, NOW)
    await note(store, true, NOW + 1)
    await notePhone(store, false, NOW + 5)
    await notePhone(store, true, NOW + 7)
    expect(await seen(store)).toEqual([false, NOW + 1])
    await note(store, true, NOW + 7)
    expect(await seen(store)).toEqual([true, NOW + 7])
  })

  test('a node that lost an entity to another says nothing about it any more', async () => {
    const store = await openWithPeople()
    await register(store)
    await notePhone(store, true, NOW)
    await note(store, true, NOW + 1, 'a')
    await note(store, true, NOW + 2, 'b')
    await note(store, false, NOW + 3, 'a')
    await store.clearPresence('a')
    expect(await seen(store)).toEqual([true, NOW + 2])
    await store.clearPresence('b')
    expect(await seen(store)).toEqual([false, NOW + 2])
  })

  test('an entity that has been removed has no presence', async () => {
    const store = await openWithPeople()
    await store.removeEntity(WATCH)
    await note(store, true, NOW)
    await authenticate(store, 5, { entityId: WATCH, via: PHONE })
    await register(store)
    expect(await seen(store)).toEqual([false, undefined])
  })
}
