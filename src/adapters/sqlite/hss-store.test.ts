import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { hssStoreContract, sampleSubscriber } from '../../../test/contracts/hss-store.contract.ts'
import { StoreFailed } from '../../errors/errors.ts'
import { openHssStore } from './hss-store.ts'
import { isFoundIn, testSealer, withFolder } from './sqlite.fixture.ts'

describe('the HSS store on SQLite', () => {
  hssStoreContract(async () => openHssStore(':memory:', testSealer()))

  test('a lease without a value is a wrong call', async () => {
    const store = openHssStore(':memory:', testSealer())
    const { impi } = sampleSubscriber()
    await store.addSubscriber(sampleSubscriber())
    for (const size of [0, -1, 1.5, Number.NaN]) {
      await expect(store.leaseSqn({ impi, owner: 'a', size })).rejects.toThrow(RangeError)
    }
    expect(await store.leaseSqn({ impi, owner: 'a', size: 1 })).toMatchObject({ firstSeq: 1n })
  })

  test('two nodes on one file never lease one value', () =>
    withFolder(async (folder) => {
      const nodes = [1, 2, 3].map(() => openHssStore(`${folder}/hss.db`, testSealer()))
      const { impi } = sampleSubscriber()
      await nodes[0]?.addSubscriber(sampleSubscriber())
      const leases = await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          nodes.map((node) => node.leaseSqn({ impi, owner: `node-${n}`, size: 32 })),
        ).flat(),
      )
      const starts = leases.map((lease) => Number(lease?.firstSeq)).sort((a, b) => a - b)
      expect(starts).toEqual(Array.from({ length: 90 }, (_, n) => 1 + 32 * n))
      await Promise.all(nodes.map((node) => node.close()))
    }))

  test('what one node changes the other sees at once, and so does it itself', () =>
    withFolder(async (folder) => {
      const nodes = [1, 2].map(() => openHssStore(`${folder}/hss.db`, testSealer()))
      const [one, other] = nodes as [(typeof nodes)[0], (typeof nodes)[0]]
      const { impi } = sampleSubscriber()
      await one.addSubscriber(sampleSubscriber())
      for (const guss of ['a', 'b', 'c']) {
        await one.changeSubscriber(impi, (subscriber) => ({ ...subscriber, guss }))
        for (const node of nodes) expect((await node.findSubscriber(impi))?.guss).toBe(guss)
      }
      await other.removeSubscriber(impi)
      for (const node of nodes) expect(await node.findSubscriber(impi)).toBeUndefined()
      await Promise.all(nodes.map((node) => node.close()))
    }))

  test('K and OPc are sealed, each for its own column', () =>
    withFolder(async (folder) => {
      const file = `${folder}/hss.db`
      const store = openHssStore(file, testSealer())
      const { impi, subscriberKey } = sampleSubscriber()
      await store.addSubscriber(sampleSubscriber())
      expect(isFoundIn(file, subscriberKey)).toBe(false)
      const db = new Database(file)
      db.exec('UPDATE subscribers SET operator_variant = subscriber_key')
      db.close()
      await expect(store.findSubscriber(impi)).rejects.toThrow(StoreFailed)
      await store.close()
    }))
})
