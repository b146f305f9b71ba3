import { describe, expect, test } from 'vitest'
import { pneStoreContract } from '../../../test/contracts/pne-store.contract.ts'
import { Secret } from '../../crypto/secret.ts'
import { openPneStore } from './pne-store.ts'
import { isFoundIn, testSealer, withFolder } from './sqlite.fixture.ts'

describe('the PNE store on SQLite', () => {
  pneStoreContract(async () => openPneStore(':memory:', testSealer()))

  test('the EUKey outlives the process, sealed', () =>
    withFolder(async (folder) => {
      const file = `${folder}/pne.db`
      const key = Secret.of(new Uint8Array(32).fill(0x5a))
      const before = openPneStore(file, testSealer())
      await before.saveEuKey({ id: 'a', key, expiresAtMs: 1 })
      await before.close()
      expect(isFoundIn(file, key)).toBe(false)
      const after = openPneStore(file, testSealer())
      expect((await after.loadEuKey())?.key.equals(key)).toBe(true)
      await after.close()
    }))
})
