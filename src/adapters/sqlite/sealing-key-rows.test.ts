import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { sealingKeyStoreContract } from '../../../test/contracts/sealing-key-store.contract.ts'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createSealingRing } from '../../crypto/sealing-ring.ts'
import { createGroupCommit } from './group-commit.ts'
import { createSealingKeyRows, SEALING_KEYS_SQL } from './sealing-key-rows.ts'
import { testSealer } from './sqlite.fixture.ts'

function openRows() {
  const db = new Database(':memory:')
  db.exec(SEALING_KEYS_SQL)
  return { db, store: createSealingKeyRows(db, createGroupCommit(db), testSealer()) }
}

describe('sealing keys on SQLite', () => {
  sealingKeyStoreContract(async () => openRows().store)
})

test('two nodes with one store open what the other sealed, until the key was erased', async () => {
  const { db, store } = openRows()
  const clock = createVirtualClock()
  const rings = ['a', 'b'].map((seed) =>
    createSealingRing({ purpose: 'test' }, { store, clock, random: createSeededRandom(seed) }),
  )
  const [one, other] = rings as [(typeof rings)[0], (typeof rings)[0]]
  const sealed = await one.seal(Uint8Array.of(1, 2, 3))
  expect(await other.open(sealed)).toEqual(Uint8Array.of(1, 2, 3))
  for (const stillOpens of [true, false]) {
    await clock.advance(600_000)
    await one.seal(Uint8Array.of(4))
    expect((await other.open(sealed)) !== undefined).toBe(stillOpens)
  }
  expect(db.prepare('SELECT count(*) FROM sealing_keys').pluck().get()).toBe(2)
})
