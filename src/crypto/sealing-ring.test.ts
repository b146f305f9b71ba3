import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { fromUtf8, toHex, utf8 } from '../octets/octets.ts'
import { createSealingRing, type SealingKey, type SealingKeyStore } from './sealing-ring.ts'

const ROTATE_MS = 600_000

/** The store's contract in memory; counts what is asked of it. */
function createMemoryStore() {
  const purposes = new Map<string, readonly SealingKey[]>()
  const calls = { load: 0, rotate: 0 }
  const store: SealingKeyStore = {
    async loadSealingKeys(purpose) {
      calls.load++
      return purposes.get(purpose) ?? []
    },
    async rotateSealingKey(purpose, { candidate, replaces }) {
      calls.rotate++
      const keys = purposes.get(purpose) ?? []
      if (keys[0]?.id === replaces) purposes.set(purpose, [candidate, ...keys].slice(0, 2))
      return purposes.get(purpose) ?? []
    },
  }
  return { store, calls, keys: (purpose: string) => purposes.get(purpose) ?? [] }
}

function ringOf(store: SealingKeyStore, clock: VirtualClock, seed = 'node') {
  const ring = createSealingRing(
    { purpose: 'cpns state' },
    { store, clock, random: createSeededRandom(seed) },
  )
  return {
    seal: (text: string) => ring.seal(utf8(text)),
    async open(sealed: Uint8Array) {
      const octets = await ring.open(sealed)
      return octets === undefined ? undefined : fromUtf8(octets)
    },
  }
}

describe('rotation', () => {
  test('the previous key opens, an older one does not and is erased', async () => {
    const clock = createVirtualClock()
    const memory = createMemoryStore()
    const ring = ringOf(memory.store, clock)
    const first = await ring.seal('first')
    await clock.advance(ROTATE_MS - 1)
    expect(await ring.open(first)).toBe('first')
    expect(memory.calls.rotate).toBe(1)

    await clock.advance(1)
    const second = await ring.seal('second')
    expect(memory.keys('cpns state')).toHaveLength(2)
    expect([await ring.open(first), await ring.open(second)]).toEqual(['first', 'second'])

    await clock.advance(ROTATE_MS)
    expect(await ring.open(first)).toBeUndefined()
    expect(await ring.open(second)).toBe('second')
    expect(memory.keys('cpns state')).toHaveLength(2)
    const ids = memory.keys('cpns state').map(({ id }) => id)
    expect(ids).not.toContain(toHex(first.subarray(0, 4)))
  })

  test('keys are not touched between rotations', async () => {
    const memory = createMemoryStore()
    const ring = ringOf(memory.store, createVirtualClock())
    for (let n = 0; n < 20; n++) expect(await ring.open(await ring.seal(`${n}`))).toBe(`${n}`)
    expect(memory.calls).toEqual({ load: 1, rotate: 1 })
  })

  test('many at once make one key', async () => {
    const memory = createMemoryStore()
    const ring = ringOf(memory.store, createVirtualClock())
    const sealed = await Promise.all(Array.from({ length: 10 }, (_, n) => ring.seal(`${n}`)))
    expect(memory.calls.rotate).toBe(1)
    expect(new Set(sealed.map((octets) => toHex(octets.subarray(0, 4)))).size).toBe(1)
  })

  test.each([
    ['far back: its key would live too long, so it is replaced', -2 * ROTATE_MS, 2],
    ['a little back: its key stays', -1_000, 1],
  ])('a wall clock that goes %s', async (_case, jumpMs, keys) => {
    const clock = createVirtualClock()
    const memory = createMemoryStore()
    const ring = ringOf(memory.store, clock)
    const sealed = await ring.seal('before')
    clock.jumpWall(jumpMs)
    expect(await ring.open(await ring.seal('after'))).toBe('after')
    expect(await ring.open(sealed)).toBe('before')
    expect(memory.keys('cpns state')).toHaveLength(keys)
  })
})

test('keys are random, and so is the nonce: the same text is sealed to other octets each time', async () => {
  const clock = createVirtualClock()
  const memory = createMemoryStore()
  const ring = ringOf(memory.store, clock)
  const [one, two] = [await ring.seal('x'), await ring.seal('x')]
  expect(toHex(one.subarray(4, 16))).not.toBe(toHex(two.subarray(4, 16)))
  await clock.advance(ROTATE_MS)
  await ring.seal('x')
  const [newer, older] = memory.keys('cpns state')
  expect(newer?.key).toHaveLength(32)
  expect(newer?.key.equals(older!.key)).toBe(false)
})

describe('two nodes with one store', () => {
  test('open what the other sealed, also just after the other rotated', async () => {
    const clock = createVirtualClock()
    const { store } = createMemoryStore()
    const [a, b] = [ringOf(store, clock, 'a'), ringOf(store, clock, 'b')]
    const early = await a.seal('by a')
    expect(await b.open(early)).toBe('by a')
    await clock.advance(ROTATE_MS)
    expect(await a.open(await b.seal('by b'))).toBe('by b')
    expect([await a.open(early), await b.open(early)]).toEqual(['by a', 'by a'])
  })

  test('that rotate at the same time end with one new key', async () => {
    const clock = createVirtualClock()
    const memory = createMemoryStore()
    const [a, b] = [ringOf(memory.store, clock, 'a'), ringOf(memory.store, clock, 'b')]
    const [fromA, fromB] = await Promise.all([a.seal('a'), b.seal('b')])
    expect(memory.keys('cpns state')).toHaveLength(1)
    expect([await a.open(fromB), await b.open(fromA)]).toEqual(['b', 'a'])
  })
})

describe('what it refuses', () => {
  test('altered, cut and foreign octets', async () => {
    const ring = ringOf(createMemoryStore().store, createVirtualClock())
    const sealed = await ring.seal('state')
    for (let at = 0; at < sealed.length; at++) {
      const altered = sealed.map((octet, index) => (index === at ? octet ^ 1 : octet))
      expect(await ring.open(altered)).toBeUndefined()
      expect(await ring.open(sealed.subarray(0, at))).toBeUndefined()
    }
  })

  test('what was sealed for another purpose', async () => {
    const clock = createVirtualClock()
    const { store } = createMemoryStore()
    const shared: SealingKeyStore = {
      loadSealingKeys: () => store.loadSealingKeys('one'),
      rotateSealingKey: (_purpose, rotation) => store.rotateSealingKey('one', rotation),
    }
    const ports = { store: shared, clock, random: createSeededRandom() }
    const state = createSealingRing({ purpose: 'cpns state' }, ports)
    const opaque = createSealingRing({ purpose: 'ub opaque' }, ports)
    expect(await opaque.open(await state.seal(utf8('x')))).toBeUndefined()
  })

  test('a store that fails, until it works again', async () => {
    const { store } = createMemoryStore()
    let broken = true
    const flaky: SealingKeyStore = {
      ...store,
      loadSealingKeys: (purpose) =>
        broken ? Promise.reject(new Error('disk')) : store.loadSealingKeys(purpose),
    }
    const ring = ringOf(flaky, createVirtualClock())
    await expect(ring.seal('x')).rejects.toThrow('disk')
    broken = false
    expect(await ring.open(await ring.seal('x'))).toBe('x')
  })
})
