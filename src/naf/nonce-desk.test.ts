import { beforeEach, describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { createNonceDesk, type LiveNonce, type NonceDesk } from './nonce-desk.ts'

const LIFETIME_MS = 60_000

let clock: VirtualClock
let desk: NonceDesk

beforeEach(() => {
  clock = createVirtualClock()
  desk = deskOf('a')
})

function deskOf(seed: string, remembered = 100): NonceDesk {
  return createNonceDesk(
    { lifetimeMs: LIFETIME_MS, remembered },
    { clock, random: createSeededRandom(seed) },
  )
}

function live(nonce = desk.issue(), at = desk): LiveNonce {
  const recognised = at.recognise(nonce)
  if (recognised === undefined) throw new Error('not recognised')
  return recognised
}

describe('a nonce', () => {
  test('is recognised for its life, and asks to be replaced in its second half', async () => {
    const nonce = desk.issue()
    await clock.advance(LIFETIME_MS / 2 - 1)
    expect(live(nonce).isAging).toBe(false)
    await clock.advance(1)
    expect(live(nonce).isAging).toBe(true)
    await clock.advance(LIFETIME_MS / 2 - 1)
    expect(live(nonce).isAging).toBe(true)
    await clock.advance(1)
    expect(desk.recognise(nonce)).toBeUndefined()
  })

  test('is not the next one', () => {
    expect(new Set(Array.from({ length: 100 }, () => desk.issue())).size).toBe(100)
  })

  test('of another node is not recognised', () => {
    expect(desk.recognise(deskOf('b').issue())).toBeUndefined()
  })

  test('with any octet changed, cut off or added is not recognised', () => {
    const octets = Buffer.from(desk.issue(), 'base64')
    for (let n = 0; n < octets.length; n++) {
      const changed = Buffer.from(octets)
      changed[n]! ^= 1
      expect(desk.recognise(changed.toString('base64'))).toBeUndefined()
      expect(desk.recognise(octets.subarray(0, n).toString('base64'))).toBeUndefined()
    }
    expect(desk.recognise(Buffer.concat([octets, Buffer.of(0)]).toString('base64'))).toBeUndefined()
    expect(desk.recognise('not base64')).toBeUndefined()
  })

  test('the wall clock says nothing', () => {
    const nonce = desk.issue()
    clock.jumpWall(10 * LIFETIME_MS)
    expect(desk.recognise(nonce)).toBeDefined()
  })
})

describe('a count', () => {
  test('is used once', () => {
    const nonce = live()
    expect([1, 2, 2, 1, 3].map((nc) => desk.spend(nonce, nc))).toEqual([
      true,
      true,
      false,
      false,
      true,
    ])
  })

  test('may come late, but not by 64', () => {
    const nonce = live()
    expect([70, 69, 7, 6, 7, 70].map((nc) => desk.spend(nonce, nc))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ])
  })

  test('may leap to the last one', () => {
    const nonce = live()
    expect([1, 0xffffffff, 0xfffffffe, 1].map((nc) => desk.spend(nonce, nc))).toEqual([
      true,
      true,
      true,
      false,
    ])
  })

  test('of zero is none', () => {
    const [first, later] = [live(), live()]
    expect(desk.spend(first, 0)).toBe(false)
    expect([desk.spend(later, 1), desk.spend(later, 0)]).toEqual([true, false])
  })

  test('is each nonce’s own', () => {
    expect([desk.spend(live(), 1), desk.spend(live(), 1)]).toEqual([true, true])
  })

  test('is not used after the life of its nonce', async () => {
    const [fresh, used] = [live(), live()]
    desk.spend(used, 1)
    await clock.advance(LIFETIME_MS)
    expect([desk.spend(used, 2), desk.spend(fresh, 1)]).toEqual([false, false])
  })
})

describe('with more nonces than are remembered', () => {
  test('what is forgotten can not be used again', async () => {
    const small = deskOf('a', 2)
    const nonces: string[] = []
    for (let n = 0; n < 3; n++) {
      nonces.push(small.issue())
      expect(small.spend(live(nonces[n], small), 1)).toBe(true)
      await clock.advance(10)
    }
    expect(nonces.map((nonce) => small.recognise(nonce) !== undefined)).toEqual([false, true, true])
    expect(small.spend(live(nonces[1], small), 1)).toBe(false)
  })

  test('one that was recognised before it was forgotten is refused', () => {
    const small = deskOf('a', 1)
    const first = live(small.issue(), small)
    expect(small.spend(first, 1)).toBe(true)
    // Of the same moment, so it may be the forgotten one.
    expect(small.spend(live(small.issue(), small), 1)).toBe(false)
    expect(small.spend(first, 1)).toBe(false)
  })
})
