import { expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed } from '../errors/errors.ts'
import { createAssignedCredentials } from './assigned-credentials.ts'
import type { DeviceEuKey } from './pne-store.ts'

const clock = createVirtualClock(1_000_000)
const EUKEY: DeviceEuKey = {
  id: 'k-1',
  key: Secret.of(new Uint8Array(32).fill(1)),
  expiresAtMs: 1_000_001,
}
const credentialsOf = (euKey: DeviceEuKey | undefined) =>
  createAssignedCredentials({ clock, store: { loadEuKey: async () => euKey } })

test('the EUKey of the store, until it expires', async () => {
  const obtained = await credentialsOf(EUKEY).obtain()
  expect(obtained.keyType).toBe('assigned')
  expect(obtained.btid).toBeUndefined()
  expect(obtained.euKey?.equals(EUKEY.key)).toBe(true)
})

test.each([
  ['none', undefined, 'this device has no EUKey'],
  ['an expired one', { ...EUKEY, expiresAtMs: 1_000_000 }, 'has expired'],
])('%s is no proof of anything', async (_, euKey, sentence) => {
  const obtaining = credentialsOf(euKey).obtain()
  await expect(obtaining).rejects.toThrow(AuthenticationFailed)
  await expect(obtaining).rejects.toThrow(sentence)
})

test('a 402 is final: there is nothing to make a new one from', async () => {
  await expect(credentialsOf(EUKEY).obtain({})).rejects.toMatchObject({
    name: 'ConnectRefused',
    status: 402,
  })
})

test('what can be done about it is said where there is something', async () => {
  const store = { loadEuKey: async () => undefined }
  const source = createAssignedCredentials({ clock, store }, 'log in again')
  await expect(source.obtain()).rejects.toThrow('this device has no EUKey: log in again')
  await expect(source.obtain({})).rejects.toThrow('no such EUKey: log in again')
})
