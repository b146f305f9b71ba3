import { describe, expect, test } from 'vitest'
import { createMemoryHssStore } from '../../test/support/memory-hss-store.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createMilenage } from '../aka/milenage.ts'
import { buildAuts } from '../aka/resynchronize.ts'
import { decodeSqn, joinSqn, splitSqn } from '../aka/sqn.ts'
import { DEFAULT_SQN_GENERATOR } from '../aka/sqn-generator.ts'
import { TIME_BASED } from '../aka/sqn-profile.ts'
import { Secret } from '../crypto/secret.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import type { Zh, ZhAnswer } from '../gba/zh.ts'
import { type Impi, parseImpi } from '../identity/impi.ts'
import { equalOctets, toHex, xorOctets } from '../octets/octets.ts'
import type { LogFields } from '../ports/log.ts'
import { createHss, type HssOptions } from './create-hss.ts'
import type { Subscriber } from './hss-store.ts'

const NOW_MS = Date.UTC(2026, 0, 1)
const FUNCTIONS = createMilenage(WORKED)
const GUSS = '<guss><bsfInfo><uiccType>GBA_U</uiccType></bsfInfo></guss>'
const SUBSCRIBER: Subscriber = {
  impi: WORKED.impi,
  algorithm: 'milenage',
  subscriberKey: WORKED.k,
  operatorVariant: WORKED.opc,
  amf: Uint8Array.of(0x80, 0x12),
  guss: GUSS,
}
const TUAK: Subscriber = {
  ...SUBSCRIBER,
  algorithm: 'tuak',
  operatorVariant: Secret.of(new Uint8Array(32).fill(3)),
}
const TUAK_LENGTHS = { resLength: 8, ckLength: 16, ikLength: 16, macLength: 8, iterations: 1 }

type Success = Extract<ZhAnswer, { outcome: 'success' }>

async function world(subscribers: readonly Subscriber[] = [SUBSCRIBER]) {
  const store = createMemoryHssStore()
  for (const subscriber of subscribers) await store.addSubscriber(subscriber)
  const clock = createVirtualClock(NOW_MS)
  const logged: { level: string; event: string; fields: LogFields | undefined }[] = []
  const record = (level: string) => (event: string, fields?: LogFields) => {
    logged.push({ level, event, fields })
  }
  const log = { info: record('info'), warn: record('warn'), error: record('error') }
  let seed = 0
  const hssNode = (options: Partial<HssOptions> = {}) =>
    createHss(
      { nodeName: 'a', ...options },
      { store, clock, random: createSeededRandom(seed++), log },
    )
  return { store, clock, logged, hssNode }
}

async function vectorOf(hss: Zh, impi: Impi = WORKED.impi): Promise<Success> {
  const answer = await hss.requestVector({ impi })
  if (answer.outcome !== 'success') throw new Error(answer.outcome)
  return answer
}

function sqnOf({ vector: { rand, autn } }: Success): bigint {
  return decodeSqn(xorOctets(autn.subarray(0, 6), FUNCTIONS.f2345(rand).ak))
}

const partsOf = (success: Success) => splitSqn(sqnOf(success), 5)

function autsOf({ vector: { rand } }: Success, seqMs: bigint) {
  const sqnMs = joinSqn({ seq: seqMs, ind: 28 }, 5)
  return { rand, auts: buildAuts(FUNCTIONS, { rand, sqnMs }) }
}

describe('vectors, TS 33.102 6.3.2', () => {
  test('a vector is what the AKA functions give, with AMF bit 0 clear, and the GUSS goes with it', async () => {
    const hss = (await world()).hssNode()
    const answer = await vectorOf(hss)
    const { rand, autn, xres, ck, ik } = answer.vector
    const expected = FUNCTIONS.f2345(rand)
    const amf = Uint8Array.of(0, 0x12)
    expect(rand).toHaveLength(16)
    expect(toHex(autn.subarray(6, 8))).toBe('0012')
    const macA = FUNCTIONS.f1({ rand, sqn: sqnOf(answer), amf })
    expect(equalOctets(autn.subarray(8), macA)).toBe(true)
    expect([xres.equals(expected.res), ck.equals(expected.ck), ik.equals(expected.ik)]).toEqual([
      true,
      true,
      true,
    ])
    expect(answer).toMatchObject({ impi: WORKED.impi, guss: GUSS })
  })

  test('SEQ counts from 1, IND 28 to 31 in turn, RAND differs', async () => {
    const hss = (await world()).hssNode()
    const answers = []
    for (let n = 0; n < 6; n++) answers.push(await vectorOf(hss))
    expect(answers.map(partsOf)).toEqual(
      [1n, 2n, 3n, 4n, 5n, 6n].map((seq, n) => ({ seq, ind: 28 + (n % 4) })),
    )
    expect(new Set(answers.map(({ vector }) => toHex(vector.rand))).size).toBe(6)
  })

  test('TUAK subscribers, with and without lengths of their own', async () => {
    const other = parseImpi('other@ims.example')
    const { hssNode } = await world([TUAK, { ...TUAK, impi: other, tuak: TUAK_LENGTHS }])
    const hss = hssNode()
    for (const impi of [WORKED.impi, other]) {
      const { vector } = await vectorOf(hss, impi)
      expect([vector.autn.length, vector.xres.length, vector.ck.length]).toEqual([16, 8, 16])
    }
  })

  test.each([
    { ckLength: 32 },
    { ikLength: 32 },
    { macLength: 16 },
    { resLength: 5 },
    { resLength: 32 },
  ])('TUAK with %j gives no vector for GBA', async (lengths) => {
    const { hssNode, logged } = await world([{ ...TUAK, tuak: { ...TUAK_LENGTHS, ...lengths } }])
    expect(await hssNode().requestVector({ impi: WORKED.impi })).toEqual({
      outcome: 'unavailable',
    })
    expect(logged).toMatchObject([{ level: 'error', event: 'vector-not-made' }])
  })

  test('an unknown IMPI', async () => {
    const { hssNode, store } = await world()
    const hss = hssNode()
    const unknown = { outcome: 'identity-unknown' }
    expect(await hss.requestVector({ impi: parseImpi('nobody@ims.example') })).toEqual(unknown)
    await vectorOf(hss)
    await store.removeSubscriber(WORKED.impi)
    expect(await hss.requestVector({ impi: WORKED.impi })).toEqual(unknown)
  })

  test('a key or GUSS that was changed in the store counts at once', async () => {
    const { hssNode, store } = await world()
    const hss = hssNode()
    await vectorOf(hss)
    await store.removeSubscriber(WORKED.impi)
    const { guss: _, ...rest } = SUBSCRIBER
    await store.addSubscriber({ ...rest, subscriberKey: Secret.of(new Uint8Array(16)) })
    const { vector, guss } = await vectorOf(hss)
    expect(vector.xres.equals(FUNCTIONS.f2345(vector.rand).res)).toBe(false)
    expect(guss).toBeUndefined()
  })
})

describe('SQN is never issued twice, design 9', () => {
  test('1,000 parallel requests of one subscriber on three nodes', async () => {
    const { hssNode, store } = await world()
    const nodes = ['a', 'b', 'c'].map((nodeName) => hssNode({ nodeName }))
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, n) => vectorOf(nodes[n % 3] as Zh)),
    )
    expect(new Set(answers.map(sqnOf)).size).toBe(1000)
    expect(new Set(answers.map((answer) => partsOf(answer).seq)).size).toBe(1000)
    expect(store.leases).toBe(33)
  })

  test('a node that starts again goes on above its lease', async () => {
    const { hssNode } = await world()
    await vectorOf(hssNode())
    expect(partsOf(await vectorOf(hssNode()))).toEqual({ seq: 33n, ind: 28 })
  })

  test('a subscriber that was forgotten costs a lease, not an SQN', async () => {
    const other = { ...SUBSCRIBER, impi: parseImpi('other@ims.example') }
    const { hssNode } = await world([SUBSCRIBER, other])
    const hss = hssNode({ rememberedSubscribers: 1 })
    expect(partsOf(await vectorOf(hss)).seq).toBe(1n)
    expect(partsOf(await vectorOf(hss, other.impi)).seq).toBe(1n)
    expect(partsOf(await vectorOf(hss)).seq).toBe(33n)
  })

  test('with a time-based profile SEQ follows the clock in steps of at most Δ', async () => {
    const { hssNode, clock } = await world()
    const sqn = { ...DEFAULT_SQN_GENERATOR, profile: TIME_BASED, delta: 10_000_000_000n }
    const hss = hssNode({ sqn })
    const first = partsOf(await vectorOf(hss)).seq
    expect(first).toBe(10_000_000_000n)
    const second = partsOf(await vectorOf(hss)).seq
    expect(second).toBe(BigInt(NOW_MS / 100))
    clock.jumpWall(-1_000_000)
    expect(partsOf(await vectorOf(hss)).seq).toBe(second + 1n)
  })

  test('a store that fails is an unavailable HSS, and later serves again', async () => {
    const { hssNode, store, logged } = await world()
    const hss = hssNode()
    store.broken = true
    expect(await hss.requestVector({ impi: WORKED.impi })).toEqual({ outcome: 'unavailable' })
    expect(logged).toMatchObject([
      { level: 'error', fields: { reason: 'store-failed: the store cannot be used' } },
    ])
    store.broken = false
    expect(partsOf(await vectorOf(hss)).seq).toBe(1n)
    expect(JSON.stringify(logged)).not.toContain(toHex(WORKED.k.reveal()))
  })

  test('when the last SEQ is used there are no more vectors', async () => {
    const { hssNode, store } = await world()
    await store.leaseSqn({ impi: WORKED.impi, owner: 'x', size: 1, above: 2n ** 43n - 3n })
    const hss = hssNode()
    expect(partsOf(await vectorOf(hss)).seq).toBe(2n ** 43n - 1n)
    expect(await hss.requestVector({ impi: WORKED.impi })).toEqual({ outcome: 'unavailable' })
  })
})

describe('resynchronisation, TS 33.102 6.3.5', () => {
  test.each([
    ['behind the home: the home goes on', 0n, 2n],
    ['inside the lease', 20n, 21n],
    ['beyond the lease', 1000n, 1001n],
    ['far beyond', 2n ** 40n, 2n ** 40n + 1n],
  ])('a card %s', async (_, seqMs, next) => {
    const { hssNode, logged } = await world()
    const hss = hssNode()
    const first = await vectorOf(hss)
    const resynchronization = autsOf(first, seqMs)
    const answer = await hss.requestVector({ impi: WORKED.impi, resynchronization })
    expect(partsOf(answer as Success)).toEqual({ seq: next, ind: 29 })
    expect(partsOf(await vectorOf(hss)).seq).toBe(next + 1n)
    expect(logged).toMatchObject([{ level: 'info', event: 'sqn-resynchronized' }])
  })

  test('on a node that has no lease yet, and durable for the next one', async () => {
    const { hssNode } = await world()
    const first = await vectorOf(hssNode())
    const resynchronization = autsOf(first, 5000n)
    const answer = await hssNode().requestVector({ impi: WORKED.impi, resynchronization })
    expect(partsOf(answer as Success).seq).toBe(5001n)
    expect(partsOf(await vectorOf(hssNode())).seq).toBeGreaterThan(5001n)
  })

  test('only a home more than Δ ahead goes back, which is logged as an error', async () => {
    const { hssNode, store, logged } = await world()
    const ahead = DEFAULT_SQN_GENERATOR.delta + 1000n
    await store.leaseSqn({ impi: WORKED.impi, owner: 'x', size: 1, above: ahead })
    const hss = hssNode()
    const first = await vectorOf(hss)
    const answer = await hss.requestVector({
      impi: WORKED.impi,
      resynchronization: autsOf(first, 7n),
    })
    expect(partsOf(answer as Success).seq).toBe(8n)
    expect(partsOf(await vectorOf(hssNode())).seq).toBe(8n + 32n)
    expect(logged).toMatchObject([{ level: 'error', event: 'sqn-lowered' }])
  })

  test('a wrong AUTS, of another RAND or of another length changes nothing', async () => {
    const { hssNode, store, logged } = await world()
    const hss = hssNode()
    const first = await vectorOf(hss)
    const { rand, auts } = autsOf(first, 5000n)
    const wrong = [
      ...Array.from({ length: 14 }, (_, n) => ({ rand, auts: auts.with(n, auts[n]! ^ 1) })),
      { rand: rand.with(0, rand[0]! ^ 1), auts },
      { rand: rand.subarray(1), auts },
      { rand, auts: auts.subarray(1) },
      { rand, auts: new Uint8Array(0) },
    ]
    for (const resynchronization of wrong) {
      expect(await hss.requestVector({ impi: WORKED.impi, resynchronization })).toEqual({
        outcome: 'resynchronization-refused',
      })
    }
    expect(partsOf(await vectorOf(hss)).seq).toBe(2n)
    expect(store.leases).toBe(1)
    expect(logged.map(({ event }) => event)).toEqual(wrong.map(() => 'auts-refused'))
  })

  test('in parallel with plain requests no SQN comes twice', async () => {
    const { hssNode } = await world()
    const hss = hssNode()
    const first = await vectorOf(hss)
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        n % 10 === 0
          ? hss.requestVector({
              impi: WORKED.impi,
              resynchronization: autsOf(first, BigInt(n * 7)),
            })
          : hss.requestVector({ impi: WORKED.impi }),
      ),
    )
    expect(new Set(answers.map((answer) => sqnOf(answer as Success))).size).toBe(200)
  })
})
