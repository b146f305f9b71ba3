import { describe, expect, test } from 'vitest'
import { createMemoryHssStore } from '../../test/support/memory-hss-store.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createMilenage } from '../aka/milenage.ts'
import { decodeSqn, splitSqn } from '../aka/sqn.ts'
import { DEFAULT_SQN_GENERATOR } from '../aka/sqn-generator.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { xorOctets } from '../octets/octets.ts'
import { noLog } from '../ports/log.ts'
import type { Subscriber } from './hss-store.ts'
import type { RememberedSubscriber } from './subscriber-memory.ts'
import { createVectorIssuer } from './vector-issuer.ts'

const SUBSCRIBER: Subscriber = {
  impi: WORKED.impi,
  algorithm: 'milenage',
  subscriberKey: WORKED.k,
  operatorVariant: WORKED.opc,
  amf: Uint8Array.of(0xff, 0xff),
}

function setUp() {
  const store = createMemoryHssStore()
  const issuer = createVectorIssuer(
    { nodeName: 'a', sqn: DEFAULT_SQN_GENERATOR, leaseSize: 2 },
    { store, clock: createVirtualClock(), random: createSeededRandom(0), log: noLog },
  )
  const remembered: RememberedSubscriber = { functions: createMilenage(WORKED), sqn: undefined }
  const nextSeq = async () => {
    const vector = await issuer.issue(SUBSCRIBER, remembered)
    if (vector === undefined) return undefined
    const { ak } = remembered.functions.f2345(vector.rand)
    return splitSqn(decodeSqn(xorOctets(vector.autn.subarray(0, 6), ak)), 5).seq
  }
  return { store, issuer, remembered, nextSeq }
}

describe('vector issuer', () => {
  test('a lease is used up before the next one is asked for', async () => {
    const { store, nextSeq } = setUp()
    await store.addSubscriber(SUBSCRIBER)
    const leases = []
    for (const seq of [1n, 2n, 3n, 4n, 5n]) {
      expect(await nextSeq()).toBe(seq)
      leases.push(store.leases)
    }
    expect(leases).toEqual([1, 1, 2, 2, 3])
  })

  test('AMF keeps all bits but the separation bit', async () => {
    const { store, issuer, remembered } = setUp()
    await store.addSubscriber(SUBSCRIBER)
    const vector = await issuer.issue(SUBSCRIBER, remembered)
    expect([...(vector?.autn.subarray(6, 8) ?? [])]).toEqual([0x7f, 0xff])
    expect([...SUBSCRIBER.amf]).toEqual([0xff, 0xff])
  })

  test('a subscriber that goes meanwhile gets no vector and keeps no state', async () => {
    const { issuer, remembered, nextSeq } = setUp()
    expect(await nextSeq()).toBeUndefined()
    await issuer.resynchronize(WORKED.impi, remembered, 99n)
    expect(remembered.sqn).toBeUndefined()
  })

  test('a lease that fails leaves the state as it was', async () => {
    const { store, remembered, nextSeq } = setUp()
    await store.addSubscriber(SUBSCRIBER)
    await nextSeq()
    await nextSeq()
    const before = remembered.sqn
    store.broken = true
    await expect(nextSeq()).rejects.toThrow('the store cannot be used')
    expect(remembered.sqn).toBe(before)
    store.broken = false
    expect(await nextSeq()).toBe(3n)
  })
})
