import { expect, test } from 'vitest'
import { NOW, sampleAssignment, sampleEuKey } from '../../../test/contracts/server-store.samples.ts'
import { Secret } from '../../crypto/secret.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { openServerStore } from './server-store.ts'
import { isFoundIn, testSealer, withFolder } from './sqlite.fixture.ts'

const secretOf = (octet: number): Secret => Secret.of(new Uint8Array(32).fill(octet))

test('users, attempts and waiting EUKeys are there after a restart, and no key is readable', () =>
  withFolder(async (folder) => {
    const file = `${folder}/server.db`
    const userId = parseUserId('alice')
    const keys = { authKey: secretOf(0x51), wrapBase: secretOf(0x52) }
    const owner = { kind: 'user', id: userId } as const
    const euKey = sampleEuKey(0x53, { owner, source: 'assigned', keyType: 'assigned' })
    const subject = { name: 'user alice', freeAttempts: 0 }
    const before = openServerStore(file, testSealer())
    const kdf = { kdf: 'scrypt', salt: new Uint8Array(16), n: 16_384, r: 8, p: 1 } as const
    await before.addUser({ userId, kdf, keys, createdAtMs: NOW, changedAtMs: NOW })
    await before.madeUpSaltSecret(secretOf(0x54))
    await before.completeAssignment(sampleAssignment(1, euKey), NOW)
    const delays = { firstMs: 1_000, longestMs: 2_000, forgetAfterMs: 9_000 }
    await before.takeAttempt([subject], delays, NOW)
    await before.close()

    for (const secret of [keys.authKey, keys.wrapBase, euKey.key, secretOf(0x54)]) {
      expect(isFoundIn(file, secret)).toBe(false)
    }
    const after = openServerStore(file, testSealer())
    expect((await after.findUser(userId))?.keys.authKey.equals(keys.authKey)).toBe(true)
    expect((await after.madeUpSaltSecret(secretOf(1))).equals(secretOf(0x54))).toBe(true)
    expect(await after.findCandidateEuKeys(euKey.entityId, NOW)).toHaveLength(1)
    expect(await after.attemptAllowedAtMs([subject])).toBe(NOW + 2_000)
    await after.close()
  }))
