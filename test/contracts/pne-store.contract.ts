/** What every `PneStore` promises. Design 8, 9 */
import { expect, test } from 'vitest'
import { Secret } from '../../src/crypto/secret.ts'
import { parseUserId } from '../../src/identity/user-id.ts'
import type { PneStore } from '../../src/pne/pne-store.ts'
import { storeContract } from './store.contract.ts'

/** @param open A fresh, empty store each time. */
export function pneStoreContract(open: () => Promise<PneStore>): void {
  storeContract(open, (store) => store.loadEuKey())

  test('there is no EUKey at first, then the one that was saved last', async () => {
    const store = await open()
    expect(await store.loadEuKey()).toBeUndefined()
    for (const n of [1, 2]) {
      const key = Secret.of(new Uint8Array(32).fill(n))
      await store.saveEuKey({ id: `key-${n}`, key, expiresAtMs: n })
      const found = await store.loadEuKey()
      expect(found).toMatchObject({ id: `key-${n}`, expiresAtMs: n })
      expect(found?.key.equals(key)).toBe(true)
    }
  })

  test('there is no owner at first, then the one that was saved last', async () => {
    const store = await open()
    expect(await store.loadOwner()).toBeUndefined()
    for (const n of [1, 2]) {
      const triggerKey = Secret.of(new Uint8Array(32).fill(n))
      await store.saveOwner({ userId: parseUserId(`user-${n}`), triggerKey })
      const found = await store.loadOwner()
      expect(found?.userId).toBe(`user-${n}`)
      expect(found?.triggerKey.equals(triggerKey)).toBe(true)
    }
  })

  test('a Nonce is good once, whoever the owner is by then', async () => {
    const store = await open()
    const nonce = new Uint8Array(16).fill(1)
    const twice = await Promise.all([store.takeNonce(nonce), store.takeNonce(nonce)])
    expect(twice.filter((isNew) => isNew)).toHaveLength(1)
    const triggerKey = Secret.of(new Uint8Array(32))
    await store.saveOwner({ userId: parseUserId('alice'), triggerKey })
    expect(await store.takeNonce(nonce)).toBe(false)
    expect(await store.takeNonce(new Uint8Array(16).fill(2))).toBe(true)
  })

  test('a message is known by sender and id until it expires, and is forgotten then', async () => {
    const store = await open()
    const message = { from: 'urn:a', messageId: '1' }
    expect(await store.hasSeen(message, 0)).toBe(false)
    await store.markSeen({ ...message, expiresAtMs: 100 })
    await store.markSeen({ ...message, expiresAtMs: 50 })
    expect(await store.hasSeen(message, 99)).toBe(true)
    expect(await store.hasSeen(message, 100)).toBe(false)
    expect(await store.hasSeen({ ...message, from: 'urn:b' }, 0)).toBe(false)
    expect(await store.hasSeen({ ...message, messageId: '2' }, 0)).toBe(false)
    expect(await store.removeExpired(99)).toBe(0)
    expect(await store.hasSeen(message, 99)).toBe(true)
    expect(await store.removeExpired(100)).toBe(1)
    expect(await store.hasSeen(message, 0)).toBe(false)
  })
}
