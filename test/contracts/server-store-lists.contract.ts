/** Long lists of a `ServerStore`, part by part. Design 9 */
import { expect, test } from 'vitest'
import type { PnInfo } from '../../src/cpns-server/pn-store.ts'
import type {
  EntityInfo,
  EuKeyInfo,
  EuKeyPlace,
  ServerStore,
  SessionInfo,
  SessionPlace,
} from '../../src/cpns-server/server-store.ts'
import type { UserInfo } from '../../src/cpns-server/user-store.ts'
import { type EntityId, parseEntityId } from '../../src/identity/entity-id.ts'
import { parseUserId } from '../../src/identity/user-id.ts'
import type { ListPart } from '../../src/ports/store.ts'
import {
  ALICE,
  NOW,
  PHONE,
  SESSION_EXPIRES,
  sampleCompletion,
  sampleEuKey,
  sampleSession,
  sampleUser,
} from './server-store.samples.ts'

/** All of a list, in parts of two. */
async function inParts<T, Key>(
  list: (part: ListPart<Key>) => Promise<readonly T[]>,
  keyOf: (item: T) => Key,
): Promise<readonly T[]> {
  const items: T[] = []
  for (let turn = 0; turn < 20; turn++) {
    const last = items.at(-1)
    const part = await list({ ...(last !== undefined && { after: keyOf(last) }), limit: 2 })
    items.push(...part)
    if (part.length < 2) return items
  }
  throw new RangeError('the list does not end')
}

const entityOf = (name: string): EntityId => parseEntityId(`urn:x:${name}`)

/** @param open A fresh, empty store each time. */
export function serverStoreListsContract(open: () => Promise<ServerStore>): void {
  test('entities and users by their names', async () => {
    const store = await open()
    for (const name of ['c', 'a', 'é', 'b', 'd']) {
      await store.bindEntity({ entityId: entityOf(name), owner: ALICE, boundAtMs: NOW })
      await store.addUser(sampleUser({ userId: parseUserId(name) }))
    }
    const entities = await inParts<EntityInfo, string>(
      (part) => store.listEntities(part),
      (one) => one.entityId,
    )
    expect(entities.map(({ entityId }) => entityId)).toEqual(
      ['a', 'b', 'c', 'd', 'é'].map(entityOf),
    )
    expect(entities).toEqual(await store.listEntities())
    const users = await inParts<UserInfo, string>(
      (part) => store.listUsers(part),
      (one) => one.userId,
    )
    expect(users.map(({ userId }) => userId)).toEqual(['a', 'b', 'c', 'd', 'é'])
    expect(await store.listUsers({ after: 'b', limit: 1 })).toMatchObject([{ userId: 'c' }])
  })

  test('EUKeys and sessions, the oldest first, of all entities or of one', async () => {
    const store = await open()
    for (const n of [5, 1, 4, 2, 3]) {
      const entityId = n % 2 === 0 ? PHONE : entityOf('other')
      const euKey = sampleEuKey(n, { entityId, createdAtMs: NOW + (n > 3 ? 1 : 0) })
      const session = sampleSession(n, euKey, { createdAtMs: NOW + (n > 3 ? 1 : 0) })
      const completion = sampleCompletion(n, euKey, { session, bindFirstUse: true })
      expect((await store.completeHandshake(completion, NOW)).outcome).toBe('completed')
    }
    const euKeys = await inParts<EuKeyInfo, EuKeyPlace>(
      (part) => store.listEuKeys(part),
      (euKey) => euKey,
    )
    expect(euKeys.map(({ id }) => id)).toEqual(['btid-2', 'btid-4', 'btid-1', 'btid-3', 'btid-5'])
    const own = await inParts<EuKeyInfo, EuKeyPlace>(
      (part) => store.listEuKeys({ ...part, entityId: PHONE }),
      (euKey) => euKey,
    )
    expect(own.map(({ id }) => id)).toEqual(['btid-2', 'btid-4'])

    const live = await store.listSessions(NOW)
    const sessions = await inParts<SessionInfo, SessionPlace>(
      (part) => store.listSessions(NOW, part),
      (session) => session,
    )
    expect(sessions).toEqual(live)
    expect(live.map(({ createdAtMs }) => createdAtMs)).toEqual(
      live.map(({ createdAtMs }) => createdAtMs).toSorted((a, b) => a - b),
    )
    const [first] = await store.listSessions(NOW, { entityId: PHONE })
    expect(first).toMatchObject({ entityId: PHONE })
    expect(await store.listSessions(SESSION_EXPIRES, { entityId: PHONE })).toEqual([])
    expect(await store.listSessions(NOW, { entityId: entityOf('nobody') })).toEqual([])
  })

  test('PNs by their ids, all or those that an entity is in', async () => {
    const store = await open()
    const gateways = ['g1', 'g2', 'g3'].map(entityOf)
    for (const [index, gateway] of gateways.entries()) {
      await store.bindEntity({ entityId: gateway, owner: ALICE, boundAtMs: NOW })
      const pne = entityOf(`pne${index}`)
      const euKey = sampleEuKey(index, { entityId: pne })
      const session = sampleSession(index, euKey, { role: 'pne', via: gateway })
      await store.completeHandshake(sampleCompletion(index, euKey, { session }), NOW)
      const newPnId = `urn:cpns:pn:${index}`
      const wish = { gateway, newPnId, members: [pne], expiresAtMs: SESSION_EXPIRES }
      expect(await store.registerPn(wish, NOW)).toMatchObject({ members: [pne] })
    }
    const pns = await inParts<PnInfo, string>(
      (part) => store.listPns(NOW, part),
      (pn) => pn.pnId,
    )
    expect(pns).toEqual(await store.listPns(NOW))
    expect(pns).toHaveLength(3)
    const idsOf = async (name: string) =>
      (await store.listPns(NOW, { entityId: entityOf(name) })).map(({ pnId }) => pnId)
    expect([await idsOf('g1'), await idsOf('pne2'), await idsOf('nobody')]).toEqual([
      ['urn:cpns:pn:0'],
      ['urn:cpns:pn:2'],
      [],
    ])
    expect(await store.listPns(NOW, { entityId: entityOf('g1'), after: 'urn:cpns:pn:0' })).toEqual(
      [],
    )
  })
}
