import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../octets/octets.ts'
import {
  acceptSqn,
  computeSqnMs,
  createSqnArray,
  DEFAULT_SQN_POLICY,
  decodeSqn,
  encodeSqn,
  higherSeq,
  highestSeq,
  joinSqn,
  type SqnArray,
  type SqnPolicy,
  splitSqn,
} from './sqn.ts'

const DELTA = DEFAULT_SQN_POLICY.delta
const sqnOf = (seq: bigint, ind: number): bigint => joinSqn({ seq, ind }, 5)

/** A card with an IND of 2 bits that accepted these. */
const arrayOf = (...seqs: bigint[]): SqnArray => seqs
const judge = (array: SqnArray, seq: bigint, ind: number, policy: Partial<SqnPolicy> = {}) =>
  acceptSqn(array, joinSqn({ seq, ind }, 2), { ...DEFAULT_SQN_POLICY, indLength: 2, ...policy })

describe('SQN = SEQ ‖ IND', () => {
  test('on the wire and back', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 48n - 1n), fc.integer({ min: 0, max: 16 }), (sqn, bits) => {
        expect(decodeSqn(encodeSqn(sqn))).toBe(sqn)
        expect(joinSqn(splitSqn(sqn, bits), bits)).toBe(sqn)
      }),
      { seed: 33102 },
    )
  })

  test('6 octets, big-endian', () => {
    expect(toHex(encodeSqn(0x0102030405a0n))).toBe('0102030405a0')
    expect(encodeSqn(2n ** 48n - 1n)).toHaveLength(6)
    expect(splitSqn(0x0000000000ffn, 5)).toEqual({ seq: 7n, ind: 31 })
    expect(decodeSqn(fromHex('ff9bb4d0b607'))).toBe(0xff9bb4d0b607n)
  })

  test('what does not fit is refused', () => {
    for (const sqn of [-1n, 1n << 48n]) expect(() => encodeSqn(sqn)).toThrow(RangeError)
    for (const octets of ['', '0102030405', '01020304050607'])
      expect(() => decodeSqn(fromHex(octets))).toThrow(RangeError)
    for (const ind of [-1, 32, 0.5]) expect(() => sqnOf(1n, ind)).toThrow(RangeError)
    for (const seq of [-1n, 2n ** 43n]) expect(() => sqnOf(seq, 0)).toThrow(RangeError)
    expect(highestSeq(5)).toBe(2n ** 43n - 1n)
    expect(sqnOf(highestSeq(5), 31)).toBe(2n ** 48n - 1n)
  })
})

describe('what a card accepts, TS 33.102 C.2', () => {
  test('SEQ above SEQ_MS of its IND, though below that of another', () => {
    const array = arrayOf(10n, 20n, 0n, 5n)
    expect(judge(array, 11n, 0)).toEqual({ outcome: 'accepted', sqnArray: [11n, 20n, 0n, 5n] })
    expect(judge(array, 1n, 2)).toEqual({ outcome: 'accepted', sqnArray: [10n, 20n, 1n, 5n] })
    expect(judge(array, 10n, 0)).toEqual({ outcome: 'refused' })
    expect(judge(array, 11n, 1)).toEqual({ outcome: 'refused' })
    expect(judge(array, 0n, 2)).toEqual({ outcome: 'refused' })
  })

  test('the array handed in stays as it was', () => {
    const array = Object.freeze([10n, 20n, 0n, 5n])
    expect(judge(array, 21n, 1).outcome).toBe('accepted')
    expect(array).toEqual([10n, 20n, 0n, 5n])
  })

  test('Δ limits the jump above the highest SEQ of all slots', () => {
    const array = arrayOf(10n, 20n, 0n, 5n)
    expect(judge(array, 20n + DELTA, 2).outcome).toBe('accepted')
    expect(judge(array, 21n + DELTA, 2).outcome).toBe('refused')
    expect(judge(array, 25n, 2, { delta: 4n }).outcome).toBe('refused')
  })

  test('L, if there is one, limits the age', () => {
    const array = arrayOf(0n, 100n, 0n, 0n)
    expect(judge(array, 1n, 0).outcome).toBe('accepted')
    expect(judge(array, 68n, 0, { ageLimit: 32n }).outcome).toBe('refused')
    expect(judge(array, 69n, 0, { ageLimit: 32n }).outcome).toBe('accepted')
  })

  test('the array must have a slot for each IND', () => {
    expect(() => judge(arrayOf(1n, 2n), 3n, 0)).toThrow('2 slots for an IND of 2 bits')
    expect(createSqnArray()).toEqual(Array.from({ length: 32 }, () => 0n))
    expect(createSqnArray(0)).toEqual([0n])
  })

  test('nothing is accepted twice, in whatever order it comes', () => {
    const sqns = fc.array(fc.bigInt(0n, 400n), { maxLength: 200 })
    fc.assert(
      fc.property(sqns, (offered) => {
        const accepted: bigint[] = []
        let array = createSqnArray(2)
        for (const sqn of offered) {
          const verdict = acceptSqn(array, sqn, { indLength: 2, delta: 60n })
          if (verdict.outcome === 'refused') continue
          accepted.push(sqn)
          array = verdict.sqnArray
        }
        const highest = accepted.reduce(higherSeq, 0n)
        expect(new Set(accepted).size).toBe(accepted.length)
        expect(computeSqnMs(array, 2)).toBe(highest)
      }),
      { seed: 33102 },
    )
  })
})

describe('SQN_MS', () => {
  test('is the highest over all slots, with its IND', () => {
    expect(computeSqnMs(arrayOf(10n, 20n, 0n, 5n), 2)).toBe((20n << 2n) | 1n)
    expect(computeSqnMs(arrayOf(7n, 7n, 7n, 0n), 2)).toBe((7n << 2n) | 2n)
  })

  test('is 0 for a new card', () => {
    expect(computeSqnMs(createSqnArray(), 5)).toBe(0n)
  })
})
