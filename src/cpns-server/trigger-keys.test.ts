import { beforeEach, describe, expect, test } from 'vitest'
import { GATEWAY_ID, IMPI, keyOf, SERVER_ID, WATCH_ID } from '../../test/support/cpns-world.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import type { UserInfoRegistration } from '../cpns/messages.ts'
import { createRecordSealer } from '../crypto/record-sealer.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { toHex } from '../octets/octets.ts'
import type { ServerContext } from './options.ts'
import type { Owner, ServerStore } from './server-store.ts'
import { answerUserInfoRegistration } from './trigger-keys.ts'

const ALICE = parseUserId('alice')
const BOB = parseUserId('bob')
const clock = createVirtualClock()
const random = createSeededRandom('trigger keys')
const kdf = { kdf: 'scrypt', salt: new Uint8Array(16), n: 16_384, r: 8, p: 1 } as const

let store: ServerStore

beforeEach(async () => {
  store = openServerStore(':memory:', createRecordSealer({ current: keyOf(0xee) }, random))
  const keys = { authKey: keyOf(1), wrapBase: keyOf(2) }
  for (const userId of [ALICE, BOB]) {
    await store.addUser({ userId, kdf, keys, createdAtMs: 0, changedAtMs: 0 })
  }
})

const bind = (entityId: EntityId, owner: Owner) =>
  store.bindEntity({ entityId, owner, boundAtMs: 0 })
const ofUser = (id: string): Owner => ({ kind: 'user', id })

const QUESTION: UserInfoRegistration = {
  name: 'UserInfoRegistration',
  transactionId: 't-1',
  entityId: GATEWAY_ID,
  pne: WATCH_ID,
  userId: ALICE,
}

const ask = (change: Partial<UserInfoRegistration> = {}, firstUse: 'bind' | 'refuse' = 'bind') =>
  answerUserInfoRegistration({ entityId: GATEWAY_ID }, { ...QUESTION, ...change }, {
    options: { entityId: SERVER_ID, firstUse },
    ports: { store, clock, random },
  } as unknown as ServerContext)

const REFUSED = { name: 'Error', transactionId: 't-1', entityId: SERVER_ID, status: 403 }

describe('a PN GW gets the TriggerKey of a PNE', () => {
  test('if both are of the user; the same one each time', async () => {
    await bind(GATEWAY_ID, ofUser('alice'))
    await bind(WATCH_ID, ofUser('alice'))
    const first = await ask({}, 'refuse')
    expect(first).toMatchObject({
      name: 'UserInfoInstallation',
      transactionId: 't-1',
      entityId: SERVER_ID,
      pne: WATCH_ID,
      userId: 'alice',
    })
    const again = await ask()
    if (first.name === 'Error' || again.name === 'Error') throw new Error('refused')
    expect(first.triggerKey).toHaveLength(32)
    expect(again.triggerKey.equals(first.triggerKey)).toBe(true)
  })

  test('which is random: another for each PNE and each user', async () => {
    await bind(GATEWAY_ID, ofUser('alice'))
    const keyOf = async (pne: string) => {
      const answer = await ask({ pne: pne as EntityId })
      if (answer.name === 'Error') throw new Error('refused')
      return toHex(answer.triggerKey.reveal())
    }
    const ofAlice = [await keyOf('urn:x:1'), await keyOf('urn:x:2')]
    await store.rebindEntity({ entityId: GATEWAY_ID, owner: ofUser('bob'), boundAtMs: 1 })
    const bobs = await ask({ pne: 'urn:x:1' as EntityId, userId: BOB })
    if (bobs.name === 'Error') throw new Error('refused')
    expect(new Set([...ofAlice, toHex(bobs.triggerKey.reveal())]).size).toBe(3)
  })

  test('of a subscriber, if an administrator linked the user to it', async () => {
    await bind(GATEWAY_ID, { kind: 'impi', id: IMPI })
    expect(await ask()).toMatchObject(REFUSED)
    await store.linkUser(GATEWAY_ID, ALICE)
    expect((await ask()).name).toBe('UserInfoInstallation')
  })

  test('without an owner only where the server binds at first use', async () => {
    await bind(GATEWAY_ID, ofUser('alice'))
    expect(await ask({}, 'refuse')).toMatchObject(REFUSED)
    expect((await ask({}, 'bind')).name).toBe('UserInfoInstallation')
  })
})

describe('it gets none, and learns nothing else', () => {
  test('for a PNE of somebody else, or a user that is not its own, or is none', async () => {
    await bind(GATEWAY_ID, ofUser('alice'))
    expect(await ask({ userId: BOB })).toMatchObject(REFUSED)
    expect(await ask({ userId: parseUserId('nobody') })).toMatchObject(REFUSED)
    await bind(WATCH_ID, ofUser('bob'))
    const [other, unknown] = [await ask(), await ask({ userId: parseUserId('nobody') })]
    expect(other).toMatchObject(REFUSED)
    expect(unknown).toEqual(other)
  })

  test('if a removed user left its name behind', async () => {
    await bind(GATEWAY_ID, ofUser('alice'))
    await store.removeUser(ALICE)
    expect(await ask()).toMatchObject(REFUSED)
  })

  test('in the name of another PN GW', async () => {
    await bind(GATEWAY_ID, ofUser('alice'))
    await bind(WATCH_ID, ofUser('alice'))
    expect(await ask({ entityId: WATCH_ID })).toMatchObject(REFUSED)
  })

  test('without UserID: 400', async () => {
    const { userId: _, ...without } = QUESTION
    const context = { options: { entityId: SERVER_ID }, ports: { store } }
    expect(
      await answerUserInfoRegistration(
        { entityId: GATEWAY_ID },
        without,
        context as unknown as ServerContext,
      ),
    ).toMatchObject({ name: 'Error', status: 400 })
  })

  test('over 256 PNEs of one user: 429', async () => {
    await bind(GATEWAY_ID, ofUser('alice'))
    for (let n = 0; n < 256; n++) await ask({ pne: `urn:x:${n}` as EntityId })
    expect(await ask()).toMatchObject({ name: 'Error', status: 429 })
    expect((await ask({ pne: 'urn:x:7' as EntityId })).name).toBe('UserInfoInstallation')
  })
})
