/** What every `HssStore` promises. Design 9 */
import { expect, test } from 'vitest'
import { Secret } from '../../src/crypto/secret.ts'
import type { HssStore, Subscriber } from '../../src/hss/hss-store.ts'
import { parseImpi } from '../../src/identity/impi.ts'
import { storeContract } from './store.contract.ts'

const ALICE = parseImpi('alice@ims.example')
const BOB = parseImpi('bob@ims.example')

/** A Milenage subscriber whose keys are filled with `fill`. */
export function sampleSubscriber(impi = ALICE, fill = 7): Subscriber {
  return {
    impi,
    algorithm: 'milenage',
    subscriberKey: Secret.of(new Uint8Array(16).fill(fill)),
    operatorVariant: Secret.of(new Uint8Array(16).fill(fill + 1)),
    amf: Uint8Array.of(0x80, 0),
  }
}

/** @param open A fresh, empty store each time. */
export function hssStoreContract(open: () => Promise<HssStore>): void {
  storeContract(open, (store) => store.findSubscriber(ALICE))
  subscribersContract(open)
  changesContract(open)
  leasesContract(open)
}

function changesContract(open: () => Promise<HssStore>): void {
  test('a change takes the place of the subscriber; SQN stays', async () => {
    const store = await open()
    await store.addSubscriber(sampleSubscriber(ALICE, 7))
    await store.leaseSqn({ impi: ALICE, owner: 'a', size: 32 })
    const changed = await store.changeSubscriber(ALICE, (before) => ({
      ...before,
      subscriberKey: sampleSubscriber(ALICE, 9).subscriberKey,
      guss: '<guss/>',
    }))
    const found = await store.findSubscriber(ALICE)
    for (const subscriber of [changed, found]) {
      expect(subscriber?.guss).toBe('<guss/>')
      expect(subscriber?.subscriberKey.equals(sampleSubscriber(ALICE, 9).subscriberKey)).toBe(true)
      expect(subscriber?.operatorVariant.equals(sampleSubscriber(ALICE, 7).operatorVariant)).toBe(
        true,
      )
    }
    expect(await store.leaseSqn({ impi: ALICE, owner: 'a', size: 1 })).toMatchObject({
      firstSeq: 33n,
    })
  })

  test('a change that throws changes nothing, nor does one of nobody; changes do not get lost', async () => {
    const store = await open()
    await store.addSubscriber({ ...sampleSubscriber(), guss: '' })
    const failing = store.changeSubscriber(ALICE, () => {
      throw new RangeError('on purpose')
    })
    await expect(failing).rejects.toThrow(RangeError)
    expect(await store.changeSubscriber(BOB, (before) => before)).toBeUndefined()
    const append = (letter: string) =>
      store.changeSubscriber(ALICE, (before) => ({ ...before, guss: `${before.guss}${letter}` }))
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(append))
    expect((await store.findSubscriber(ALICE))?.guss).toBe('abcdef')
  })
}

function subscribersContract(open: () => Promise<HssStore>): void {
  test('a subscriber comes back as it was added', async () => {
    const store = await open()
    const tuak: Subscriber = {
      ...sampleSubscriber(BOB),
      algorithm: 'tuak',
      subscriberKey: Secret.of(new Uint8Array(32).fill(9)),
      operatorVariant: Secret.of(new Uint8Array(32).fill(10)),
      guss: '<guss id="bob"/>',
      tuak: { resLength: 8, ckLength: 16, ikLength: 16, macLength: 8, iterations: 1 },
    }
    expect(await store.addSubscriber(sampleSubscriber())).toBe('added')
    expect(await store.addSubscriber(tuak)).toBe('added')
    for (const expected of [sampleSubscriber(), tuak]) {
      const found = await store.findSubscriber(expected.impi)
      const { subscriberKey, operatorVariant, ...rest } = found as Subscriber
      const { subscriberKey: k, operatorVariant: opc, ...plain } = expected
      expect(rest).toEqual(plain)
      expect([subscriberKey.equals(k), operatorVariant.equals(opc)]).toEqual([true, true])
    }
  })

  test('adding a known IMPI leaves the former subscriber as it was', async () => {
    const store = await open()
    await store.addSubscriber(sampleSubscriber(ALICE, 7))
    expect(await store.addSubscriber(sampleSubscriber(ALICE, 9))).toBe('exists')
    const found = await store.findSubscriber(ALICE)
    expect(found?.subscriberKey.equals(sampleSubscriber(ALICE, 7).subscriberKey)).toBe(true)
  })

  test('an unknown IMPI is not found, has no lease, and cannot be removed', async () => {
    const store = await open()
    expect(await store.findSubscriber(ALICE)).toBeUndefined()
    expect(await store.leaseSqn({ impi: ALICE, owner: 'a', size: 32 })).toBeUndefined()
    expect(await store.removeSubscriber(ALICE)).toBe(false)
  })

  test('IMPIs are listed in order, page by page', async () => {
    const store = await open()
    const names = ['d', 'a', 'c', 'b', 'e'].map((name) => parseImpi(`${name}@ims.example`))
    for (const impi of names) await store.addSubscriber(sampleSubscriber(impi))
    const first = await store.listSubscribers({ limit: 2 })
    expect(first).toEqual(['a@ims.example', 'b@ims.example'])
    const rest = await store.listSubscribers({ after: 'b@ims.example', limit: 10 })
    expect(rest).toEqual(['c@ims.example', 'd@ims.example', 'e@ims.example'])
    expect(await store.listSubscribers({ after: 'e@ims.example', limit: 10 })).toEqual([])
  })

  test('a removed subscriber is gone', async () => {
    const store = await open()
    await store.addSubscriber(sampleSubscriber())
    expect(await store.removeSubscriber(ALICE)).toBe(true)
    expect(await store.findSubscriber(ALICE)).toBeUndefined()
    expect(await store.listSubscribers({ limit: 10 })).toEqual([])
  })
}

function leasesContract(open: () => Promise<HssStore>): void {
  const openWithAlice = async () => {
    const store = await open()
    await store.addSubscriber(sampleSubscriber())
    return store
  }

  test('leases follow each other without a gap, from SEQ 1 on, each with a new epoch', async () => {
    const store = await openWithAlice()
    const lease = (owner: string) => store.leaseSqn({ impi: ALICE, owner, size: 32 })
    expect(await lease('node-a')).toEqual({ firstSeq: 1n, lastSeq: 32n, epoch: 1 })
    expect(await lease('node-b')).toEqual({ firstSeq: 33n, lastSeq: 64n, epoch: 2 })
    expect(await lease('node-a')).toEqual({ firstSeq: 65n, lastSeq: 96n, epoch: 3 })
  })

  test('parallel leases never share a value', async () => {
    const store = await openWithAlice()
    const leases = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        store.leaseSqn({ impi: ALICE, owner: `node-${n}`, size: 1 + (n % 5) }),
      ),
    )
    const values = leases.flatMap((lease) => {
      const { firstSeq, lastSeq } = lease as NonNullable<typeof lease>
      return Array.from({ length: Number(lastSeq - firstSeq) + 1 }, (_, n) => firstSeq + BigInt(n))
    })
    expect(new Set(values).size).toBe(values.length)
    expect(new Set(leases.map((lease) => lease?.epoch)).size).toBe(200)
  })

  test('a lease starts above what is asked for, and never below the ceiling', async () => {
    const store = await openWithAlice()
    const high = 2n ** 42n
    const lease = (above: bigint) => store.leaseSqn({ impi: ALICE, owner: 'a', size: 32, above })
    expect(await lease(-1n)).toMatchObject({ firstSeq: 1n, lastSeq: 32n })
    expect(await lease(5n)).toMatchObject({ firstSeq: 33n, lastSeq: 64n })
    expect(await lease(64n)).toMatchObject({ firstSeq: 65n, lastSeq: 96n })
    expect(await lease(high)).toMatchObject({ firstSeq: high + 1n, lastSeq: high + 32n })
    expect(await lease(0n)).toMatchObject({ firstSeq: high + 33n })
  })

  test('the ceiling goes down only where that is asked for', async () => {
    const store = await openWithAlice()
    const request = { impi: ALICE, owner: 'a', size: 32 }
    await store.leaseSqn({ ...request, above: 1_000_000n })
    const lowered = await store.leaseSqn({ ...request, above: 99n, lowerCeiling: true })
    expect(lowered).toEqual({ firstSeq: 100n, lastSeq: 131n, epoch: 2 })
    expect(await store.leaseSqn(request)).toMatchObject({ firstSeq: 132n, epoch: 3 })
  })

  test('leases of two subscribers do not touch each other', async () => {
    const store = await openWithAlice()
    await store.addSubscriber(sampleSubscriber(BOB))
    await store.leaseSqn({ impi: ALICE, owner: 'a', size: 32 })
    const lease = await store.leaseSqn({ impi: BOB, owner: 'a', size: 32 })
    expect(lease).toEqual({ firstSeq: 1n, lastSeq: 32n, epoch: 1 })
  })
}
