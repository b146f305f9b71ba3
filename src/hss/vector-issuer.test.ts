import { describe, expect, test } from 'vitest'
import { createMemoryHssStore } from '../../test/support/memory-hss-store.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createMilenage } from '../aka/milenage.ts'
import { decodeSqn, joinSqn, splitSqn } from '../aka/sqn.ts'
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

function setUp(leaseSize = 2) {
  const store = createMemoryHssStore()
  const issuer = createVectorIssuer(
    { nodeName: 'a', sqn: DEFAULT_SQN_GENERATOR, leaseSize },
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

  test('with half of a lease left the next one is asked for, and no SEQ is left out', async () => {
    const { store, nextSeq } = setUp(8)
    await store.addSubscriber(SUBSCRIBER)
    const leases = []
    for (let seq = 1n; seq <= 20n; seq++) {
      expect(await nextSeq()).toBe(seq)
      leases.push(store.leases)
    }
    expect(leases).toEqual([1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4])
  })

  test('a lease ahead that fails is asked for again when it is needed', async () => {
    const { store, remembered, nextSeq } = setUp(8)
    await store.addSubscriber(SUBSCRIBER)
    for (let seq = 1n; seq <= 3n; seq++) expect(await nextSeq()).toBe(seq)
    store.broken = true
    for (let seq = 4n; seq <= 8n; seq++) expect(await nextSeq()).toBe(seq)
    // Nobody may need it for long: it must not reject, which would end the process.
    expect(await remembered.ahead).toBeUndefined()
    await expect(nextSeq()).rejects.toThrow('the store cannot be used')
    store.broken = false
    expect(await nextSeq()).toBe(9n)
  })

  test('a lease ahead below a card that is further on is left unused', async () => {
    const { store, issuer, remembered, nextSeq } = setUp(8)
    await store.addSubscriber(SUBSCRIBER)
    for (let seq = 1n; seq <= 5n; seq++) await nextSeq()
    await issuer.resynchronize(WORKED.impi, remembered, joinSqn({ seq: 500n, ind: 0 }, 5))
    expect(await nextSeq()).toBe(501n)
    await issuer.resynchronize(WORKED.impi, remembered, joinSqn({ seq: 502n, ind: 0 }, 5))
    expect(await nextSeq()).toBe(503n)
  })

  test('a lease ahead above a ceiling that is lowered is not used either', async () => {
    const { store, issuer, remembered, nextSeq } = setUp(8)
    await store.addSubscriber(SUBSCRIBER)
    const above = DEFAULT_SQN_GENERATOR.delta + 1000n
    await store.leaseSqn({ impi: WORKED.impi, owner: 'x', size: 1, above })
    for (let n = 0; n < 5; n++) await nextSeq()
    expect(remembered.ahead).toBeDefined()
    await issuer.resynchronize(WORKED.impi, remembered, joinSqn({ seq: 7n, ind: 0 }, 5))
    for (let seq = 8n; seq <= 30n; seq++) expect(await nextSeq()).toBe(seq)
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
