import { describe, expect, test } from 'vitest'
import { appStoreContract } from '../../../test/contracts/app-store.contract.ts'
import { Secret } from '../../crypto/secret.ts'
import { openAppStore } from './app-store.ts'
import { isFoundIn, testSealer, withFolder } from './sqlite.fixture.ts'

describe('the application store on SQLite', () => {
  appStoreContract(async () => openAppStore(':memory:', testSealer()))

  test('a webhook outlives the process, its secret sealed', () =>
    withFolder(async (folder) => {
      const file = `${folder}/app.db`
      const secret = Secret.of(new Uint8Array(32).fill(0x5a))
      const before = openAppStore(file, testSealer())
      await before.saveWebhook({ service: 'echo', url: 'https://app.example/', secret })
      await before.close()
      expect(isFoundIn(file, secret)).toBe(false)
      const after = openAppStore(file, testSealer())
      expect((await after.findWebhook('echo'))?.secret.equals(secret)).toBe(true)
      await after.close()
    }))
})
