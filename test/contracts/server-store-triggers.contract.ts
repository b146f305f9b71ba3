/** TriggerKeys in a `ServerStore`. M-7 */
import { expect, test } from 'vitest'
import type { ServerStore } from '../../src/cpns-server/server-store.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { parseUserId } from '../../src/identity/user-id.ts'
import { ALICE, NOW, PHONE, WATCH } from './server-store.samples.ts'

const LIMIT = 2
const keyOf = (n: number) => Secret.of(new Uint8Array(32).fill(n))
const ALICE_USER = parseUserId('alice')

/** @param open A fresh, empty store each time. */
export function serverStoreTriggersContract(open: () => Promise<ServerStore>): void {
  const ask = (store: ServerStore, n: number, { pne = WATCH, userId = ALICE_USER } = {}) =>
    store.triggerKeyOf({ pne, userId, key: keyOf(n), createdAtMs: NOW }, LIMIT)
  const isKey = (found: Secret | undefined, n: number) => found?.equals(keyOf(n)) ?? false

  test('the first key of a PNE and user stays, whoever asks again', async () => {
    const store = await open()
    expect(isKey(await ask(store, 1), 1)).toBe(true)
    expect(isKey(await ask(store, 2), 1)).toBe(true)
    const [one, other] = await Promise.all([3, 4].map((n) => ask(store, n, { pne: PHONE })))
    expect(other?.equals(one as Secret)).toBe(true)
  })

  test('another user has another key for the same PNE', async () => {
    const store = await open()
    await ask(store, 1)
    expect(isKey(await ask(store, 2, { userId: parseUserId('bob') }), 2)).toBe(true)
  })

  test('a user has no more than the limit, but keeps what is there', async () => {
    const store = await open()
    await ask(store, 1)
    await ask(store, 2, { pne: PHONE })
    expect(await ask(store, 3, { pne: `${PHONE}-2` as typeof PHONE })).toBeUndefined()
    expect(isKey(await ask(store, 4), 1)).toBe(true)
  })

  test('it goes with its entity, and with its user', async () => {
    const store = await open()
    await ask(store, 1)
    await store.bindEntity({ entityId: WATCH, owner: ALICE, boundAtMs: NOW })
    await store.removeEntity(WATCH)
    expect(isKey(await ask(store, 2), 2)).toBe(true)
    await store.removeUser(ALICE_USER)
    expect(isKey(await ask(store, 3), 3)).toBe(true)
  })
}
