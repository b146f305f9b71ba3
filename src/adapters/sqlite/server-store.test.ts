import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { serverStoreContract } from '../../../test/contracts/server-store.contract.ts'
import {
  NOW,
  PHONE,
  sampleCompletion,
  sampleEuKey,
  sampleTombstoneKey,
} from '../../../test/contracts/server-store.samples.ts'
import { StoreFailed } from '../../errors/errors.ts'
import { openServerStore } from './server-store.ts'
import { isFoundIn, testSealer, withFolder } from './sqlite.fixture.ts'

describe('the CPNS Server store on SQLite', () => {
  serverStoreContract(async () => openServerStore(':memory:', testSealer()))
})

describe('the file', () => {
  test('everything is there after it was opened again', () =>
    withFolder(async (folder) => {
      const file = `${folder}/server.db`
      const completion = sampleCompletion(1, sampleEuKey(1))
      const before = openServerStore(file, testSealer())
      await before.completeHandshake(completion, NOW)
      await before.close()
      const after = openServerStore(file, testSealer())
      expect((await after.findCurrentEuKey(PHONE, NOW))?.key.equals(sampleEuKey(1).key)).toBe(true)
      expect(await after.findTombstone(sampleTombstoneKey(1))).toEqual(completion.tombstone)
      const again = await after.completeHandshake(completion, NOW)
      expect(again.outcome).toBe('already-completed')
      await after.close()
    }))

  test('no key is in it as it is', () =>
    withFolder(async (folder) => {
      const store = openServerStore(`${folder}/server.db`, testSealer())
      const completion = sampleCompletion(1, sampleEuKey(1))
      await store.completeHandshake(completion, NOW)
      await store.close()
      for (const key of [completion.euKey.key, completion.session.sessionKey]) {
        expect(isFoundIn(`${folder}/server.db`, key)).toBe(false)
      }
    }))

  test('a key sealed under another master key is named, and is not given away', () =>
    withFolder(async (folder) => {
      const file = `${folder}/server.db`
      const mine = openServerStore(file, testSealer(1))
      await mine.completeHandshake(sampleCompletion(1, sampleEuKey(1)), NOW)
      await mine.close()
      const other = openServerStore(file, testSealer(2))
      const failure = other.findCurrentEuKey(PHONE, NOW)
      await expect(failure).rejects.toThrow(StoreFailed)
      await expect(failure).rejects.toThrow(`table eukeys`)
      await expect(failure).rejects.toThrow(testSealer(1).keyId)
      expect(await other.listEuKeys()).toHaveLength(1)
      await other.close()
    }))

  test('a key moved to another row does not open', () =>
    withFolder(async (folder) => {
      const file = `${folder}/server.db`
      const store = openServerStore(file, testSealer())
      await store.completeHandshake(sampleCompletion(1, sampleEuKey(1)), NOW)
      await store.completeHandshake(sampleCompletion(2, sampleEuKey(2)), NOW)
      const db = new Database(file)
      db.exec(`UPDATE eukeys SET key = (SELECT key FROM eukeys WHERE id = 'btid-1')`)
      db.close()
      await expect(store.findCurrentEuKey(PHONE, NOW)).rejects.toThrow(StoreFailed)
      await store.close()
    }))

  test('two nodes on one file see each other at once', () =>
    withFolder(async (folder) => {
      const nodes = [1, 2].map(() => openServerStore(`${folder}/server.db`, testSealer()))
      const completion = sampleCompletion(1, sampleEuKey(1))
      const outcomes = await Promise.all(
        nodes.map((node) => node.completeHandshake(completion, NOW)),
      )
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
        'already-completed',
        'completed',
      ])
      for (const node of nodes) expect(await node.listSessions(NOW)).toHaveLength(1)
      await Promise.all(nodes.map((node) => node.close()))
    }))
})
