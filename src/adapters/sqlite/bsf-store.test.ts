import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { bsfStoreContract, sampleSession } from '../../../test/contracts/bsf-store.contract.ts'
import { openBsfStore } from './bsf-store.ts'
import { isFoundIn, testSealer, withFolder } from './sqlite.fixture.ts'

const challenge = (fill: number) => ({ rand: Uint8Array.of(fill), forgetAfterMs: 1 })

/** Takes a file back to the first form of its tables. */
const AS_FORM_1 = `
  DROP TABLE tmpis;
  DROP INDEX bootstraps_by_expiry;
  ALTER TABLE bootstraps RENAME TO later;
  CREATE TABLE bootstraps (
    btid TEXT PRIMARY KEY,
    impi TEXT NOT NULL,
    rand BLOB NOT NULL UNIQUE,
    ks BLOB NOT NULL,
    gba_type TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    guss TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX bootstraps_by_expiry ON bootstraps (expires_at_ms);
  INSERT INTO bootstraps
    SELECT btid, impi, rand, ks, gba_type, created_at_ms, expires_at_ms, guss FROM later;
  DROP TABLE later;
  PRAGMA user_version = 1;`

describe('the BSF store on SQLite', () => {
  bsfStoreContract(async () => openBsfStore(':memory:', testSealer()))

  test('one RAND under two BSF names was met before', async () => {
    const store = openBsfStore(':memory:', testSealer())
    const [one, other] = [sampleSession(1), sampleSession(1, 'bsf2.example')]
    expect(await store.completeBootstrapping(one, challenge(1))).toBe('completed')
    expect(await store.completeBootstrapping(other, challenge(2))).toBe('duplicate-btid')
  })

  test('a file of before TMPI is brought forward, with all that is in it', () =>
    withFolder(async (folder) => {
      const file = `${folder}/bsf.db`
      const session = sampleSession(1)
      const before = openBsfStore(file, testSealer())
      await before.completeBootstrapping(session, challenge(1))
      await before.close()
      const db = new Database(file)
      db.exec(AS_FORM_1)
      db.close()
      const store = openBsfStore(file, testSealer())
      const found = await store.findBootstrappingSession(session.btid, 1)
      expect(found?.ks.equals(session.ks)).toBe(true)
      expect(await store.useChallenge(challenge(1))).toBe(false)
      await store.completeBootstrapping(sampleSession(2), challenge(2), 'tmpi')
      expect(await store.findImpiOfTmpi('tmpi')).toBe(session.impi)
      expect(await store.removeExpired(session.expiresAtMs)).toBe(4)
      await store.close()
    }))

  test('Ks is sealed', () =>
    withFolder(async (folder) => {
      const store = openBsfStore(`${folder}/bsf.db`, testSealer())
      const session = sampleSession(0x5a)
      const challenge = { rand: session.rand, forgetAfterMs: 1 }
      await store.completeBootstrapping(session, challenge)
      await store.close()
      expect(isFoundIn(`${folder}/bsf.db`, session.ks)).toBe(false)
    }))
})
