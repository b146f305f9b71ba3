/** What every `AppStore` promises. Design 8, 9 */
import { expect, test } from 'vitest'
import type { ApiKeyRecord, AppStore } from '../../src/app/app-store.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { storeContract } from './store.contract.ts'

const keyOf = (id: string, service = 'echo'): ApiKeyRecord => ({
  id,
  service,
  scopes: ['send', 'receive'],
  digest: id.padEnd(64, '0'),
  createdAtMs: Number(id),
})

/** @param open A fresh, empty store each time. */
export function appStoreContract(open: () => Promise<AppStore>): void {
  storeContract(open, (store) => store.listApiKeys())

  test('API keys are found by digest, listed in order, and removed', async () => {
    const store = await open()
    for (const key of [keyOf('2', 'clock'), keyOf('1'), keyOf('3')]) await store.addApiKey(key)
    expect(await store.findApiKey(keyOf('1').digest)).toEqual(keyOf('1'))
    expect(await store.findApiKey('ab')).toBeUndefined()
    expect((await store.listApiKeys()).map(({ id }) => id)).toEqual(['1', '2', '3'])
    expect(await store.listServices()).toEqual(['clock', 'echo'])
    expect(await store.removeApiKey('2')).toBe(true)
    expect(await store.removeApiKey('2')).toBe(false)
    expect(await store.listServices()).toEqual(['echo'])
  })

  test('a service has one webhook, the last one', async () => {
    const store = await open()
    expect(await store.findWebhook('echo')).toBeUndefined()
    for (const n of [1, 2]) {
      const secret = Secret.of(new Uint8Array(32).fill(n))
      await store.saveWebhook({ service: 'echo', url: `https://app.example/${n}`, secret })
      const found = await store.findWebhook('echo')
      expect([found?.url, found?.secret.equals(secret)]).toEqual([`https://app.example/${n}`, true])
    }
    expect(await store.findWebhook('clock')).toBeUndefined()
    expect(await store.removeWebhook('echo')).toBe(true)
    expect(await store.removeWebhook('echo')).toBe(false)
    expect(await store.findWebhook('echo')).toBeUndefined()
  })
}
