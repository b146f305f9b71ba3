import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_SQN_POLICY } from './sqn.ts'
import { NOT_TIME_BASED, nextSeq, PARTLY_TIME_BASED, TIME_BASED } from './sqn-profile.ts'

const { delta } = DEFAULT_SQN_POLICY
const NOW_MS = Date.UTC(2026, 5, 1)
const P = 2n ** 24n
const D = 2n ** 16n

/** Profile 1 at a clock value. */
const nextAt = (seqHe: bigint, glc: bigint) =>
  nextSeq(PARTLY_TIME_BASED, { seqHe, nowMs: Number(glc) * 100, delta })

test('profile 2, TS 33.102 C.3.2: counts, whatever the clock says', () => {
  for (const nowMs of [0, NOW_MS])
    expect(nextSeq(NOT_TIME_BASED, { seqHe: 41n, nowMs, delta })).toBe(42n)
})

describe('profile 1, TS 33.102 C.1.1.1 (5)', () => {
  const seq1 = 5n * P

  test('(i) SEQ2 takes the clock when the clock is ahead', () => {
    expect(nextAt(seq1 + 100n, 101n)).toBe(seq1 + 101n)
    expect(nextAt(seq1 + 100n, 5_000n)).toBe(seq1 + 5_000n)
    expect(nextAt(seq1 + 100n, P + 5_000n)).toBe(seq1 + 5_000n)
  })

  test('(ii) SEQ counts when the clock is behind by less than D', () => {
    expect(nextAt(seq1 + 100n, 100n)).toBe(seq1 + 101n)
    expect(nextAt(seq1 + 100n, 50n)).toBe(seq1 + 101n)
    expect(nextAt(seq1 + D - 1n, 0n)).toBe(seq1 + D)
    expect(nextAt(seq1 + 3n, P - 1n)).toBe(seq1 + 4n)
  })

  test('(iii) SEQ1 counts when the clock has gone round', () => {
    expect(nextAt(seq1 + D, 0n)).toBe(seq1 + P)
    expect(nextAt(seq1 + P - 1n, 7n)).toBe(seq1 + P + 7n)
  })
})

describe('profile 3, TS 33.102 C.1.1.3', () => {
  const clock = BigInt(NOW_MS) / 100n
  const next = (seqHe: bigint, nowMs = NOW_MS) => nextSeq(TIME_BASED, { seqHe, nowMs, delta })

  test('the larger of the clock and the last SEQ + 1', () => {
    expect(next(clock - 1_000n)).toBe(clock)
    expect(next(clock - 1n)).toBe(clock)
    expect(next(clock)).toBe(clock + 1n)
    expect(next(clock + 10_000n)).toBe(clock + 10_001n)
  })

  test('a clock that went back, even before 1970, never takes SEQ back', () => {
    expect(next(clock, NOW_MS - 86_400_000)).toBe(clock + 1n)
    expect(next(clock, -1)).toBe(clock + 1n)
  })

  test('a card far behind is led to the clock in steps it accepts', () => {
    let seqHe = 0n
    let steps = 0
    for (; seqHe < clock; steps++) {
      const seq = next(seqHe)
      expect(seq - seqHe).toBeLessThanOrEqual(delta)
      seqHe = seq
    }
    expect([seqHe, steps]).toEqual([clock, Number((clock + delta - 1n) / delta)])
  })
})

test('every profile goes up, by no more than a card accepts', () => {
  const profiles = fc.constantFrom(NOT_TIME_BASED, PARTLY_TIME_BASED, TIME_BASED)
  fc.assert(
    fc.property(profiles, fc.bigInt(0n, 2n ** 42n), fc.nat(2 ** 42), (profile, seqHe, nowMs) => {
      const seq = nextSeq(profile, { seqHe, nowMs, delta })
      expect(seq).toBeGreaterThan(seqHe)
      expect(seq - seqHe).toBeLessThanOrEqual(delta)
    }),
    { seed: 33102, numRuns: 1_000 },
  )
})
