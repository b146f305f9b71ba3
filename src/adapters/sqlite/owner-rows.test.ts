import { expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { openPneStore } from './pne-store.ts'
import { isFoundIn, testSealer, withFolder } from './sqlite.fixture.ts'

test('owner and used Nonces outlive the process, and the TriggerKey is sealed', () =>
  withFolder(async (folder) => {
    const file = `${folder}/pne.db`
    const triggerKey = Secret.of(new Uint8Array(32).fill(0x5b))
    const nonce = new Uint8Array(16).fill(3)
    const before = openPneStore(file, testSealer())
    await before.saveOwner({ userId: parseUserId('alice'), triggerKey })
    await before.takeNonce(nonce)
    await before.close()
    expect(isFoundIn(file, triggerKey)).toBe(false)
    const after = openPneStore(file, testSealer())
    const owner = await after.loadOwner()
    expect([owner?.userId, owner?.triggerKey.equals(triggerKey)]).toEqual(['alice', true])
    expect(await after.takeNonce(nonce)).toBe(false)
    await after.close()
  }))
