import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  acceptSqn,
  computeSqnMs,
  createSqnArray,
  DEFAULT_SQN_POLICY,
  higherSeq,
  joinSqn,
  splitSqn,
} from './sqn.ts'
import {
  adoptLease,
  DEFAULT_SQN_GENERATOR,
  issueSqn,
  resynchronizeSqn,
  type SqnGeneratorOptions,
  type SqnGeneratorState,
} from './sqn-generator.ts'
import { NOT_TIME_BASED, PARTLY_TIME_BASED, TIME_BASED } from './sqn-profile.ts'

const NOW_MS = Date.UTC(2026, 5, 1)
const { delta } = DEFAULT_SQN_GENERATOR
const sqnOf = (seq: bigint, ind = 0): bigint => joinSqn({ seq, ind }, 5)

function issued(state: SqnGeneratorState, options: SqnGeneratorOptions = DEFAULT_SQN_GENERATOR) {
  const issue = issueSqn(state, options, NOW_MS)
  if (issue.outcome !== 'issued') throw new Error(issue.outcome)
  return { ...splitSqn(issue.sqn, options.indLength), state: issue.state }
}

describe('a lease', () => {
  test('is issued from its first SEQ to its last, and not one further', () => {
    let state = adoptLease({ firstSeq: 33n, lastSeq: 35n })
    const seqs: bigint[] = []
    for (let n = 0; n < 3; n++) {
      const next = issued(state)
      seqs.push(next.seq)
      state = next.state
    }
    expect(seqs).toEqual([33n, 34n, 35n])
    expect(issueSqn(state, DEFAULT_SQN_GENERATOR, NOW_MS)).toEqual({
      outcome: 'lease-needed',
      above: 35n,
      lowerCeiling: false,
    })
  })

  test('the IND slots take turns, over the end of a lease too', () => {
    let state = adoptLease({ firstSeq: 1n, lastSeq: 3n })
    const inds: number[] = []
    for (let n = 0; n < 6; n++) {
      if (n === 3) state = adoptLease({ firstSeq: 4n, lastSeq: 6n }, state)
      const next = issued(state)
      inds.push(next.ind)
      state = next.state
    }
    expect(inds).toEqual([28, 29, 30, 31, 28, 29])
  })

  test('other IND slots and lengths', () => {
    const options = { ...DEFAULT_SQN_GENERATOR, indLength: 0, indSlots: [0] }
    expect(issued(adoptLease({ firstSeq: 7n, lastSeq: 7n }), options)).toMatchObject({
      seq: 7n,
      ind: 0,
    })
    const state = adoptLease({ firstSeq: 7n, lastSeq: 7n })
    for (const indSlots of [[], [32], [-1]])
      expect(() => issueSqn(state, { ...DEFAULT_SQN_GENERATOR, indSlots }, NOW_MS)).toThrow(
        RangeError,
      )
  })

  test('starts above what was wanted if another node leased meanwhile', () => {
    const { state } = issued(adoptLease({ firstSeq: 1n, lastSeq: 1n }))
    expect(issued(adoptLease({ firstSeq: 66n, lastSeq: 97n }, state)).seq).toBe(66n)
  })

  test('ends with the last SEQ that fits SQN', () => {
    const last = 2n ** 43n - 1n
    const { seq, state } = issued(adoptLease({ firstSeq: last, lastSeq: last + 31n }))
    expect(seq).toBe(last)
    expect(issueSqn(state, DEFAULT_SQN_GENERATOR, NOW_MS)).toEqual({ outcome: 'exhausted' })
  })

  test('by the clock: asks for a lease around it', () => {
    const clock = BigInt(NOW_MS) / 100n
    const options = { ...DEFAULT_SQN_GENERATOR, profile: TIME_BASED }
    const state = adoptLease({ firstSeq: clock - 99n, lastSeq: clock - 68n })
    const issue = issueSqn(state, options, NOW_MS)
    expect(issue).toEqual({ outcome: 'lease-needed', above: clock - 1n, lowerCeiling: false })
    expect(issued(adoptLease({ firstSeq: clock, lastSeq: clock + 31n }), options).seq).toBe(clock)
  })
})

describe('resynchronisation, design 9', () => {
  const state = issued(adoptLease({ firstSeq: 33n, lastSeq: 64n })).state

  test('SEQ_MS above what was issued: goes on above SEQ_MS', () => {
    const within = resynchronizeSqn(state, DEFAULT_SQN_GENERATOR, sqnOf(50n, 3))
    expect(within.lowered).toBe(false)
    expect(issued(within.state).seq).toBe(51n)
    const beyond = resynchronizeSqn(state, DEFAULT_SQN_GENERATOR, sqnOf(5_000n, 31))
    expect(issueSqn(beyond.state, DEFAULT_SQN_GENERATOR, NOW_MS)).toEqual({
      outcome: 'lease-needed',
      above: 5_000n,
      lowerCeiling: false,
    })
  })

  test('SEQ_MS below what was issued: goes on above what was issued, never back', () => {
    for (const seqMs of [0n, 33n]) {
      const after = resynchronizeSqn(state, DEFAULT_SQN_GENERATOR, sqnOf(seqMs))
      expect(after.lowered).toBe(false)
      expect(issued(after.state).seq).toBe(34n)
    }
  })

  test('SEQ_HE above SEQ_MS by more than Δ: goes back to SEQ_MS + 1, and says so', () => {
    const far = adoptLease({ firstSeq: 11n + delta, lastSeq: 42n + delta })
    expect(resynchronizeSqn(far, DEFAULT_SQN_GENERATOR, sqnOf(10n)).lowered).toBe(false)
    const { state: back, lowered } = resynchronizeSqn(far, DEFAULT_SQN_GENERATOR, sqnOf(9n))
    expect(lowered).toBe(true)
    for (const profile of [NOT_TIME_BASED, PARTLY_TIME_BASED, TIME_BASED])
      expect(issueSqn(back, { ...DEFAULT_SQN_GENERATOR, profile }, NOW_MS)).toEqual({
        outcome: 'lease-needed',
        above: 9n,
        lowerCeiling: true,
      })
    const leased = adoptLease({ firstSeq: 10n, lastSeq: 41n }, back)
    const next = issued(leased, { ...DEFAULT_SQN_GENERATOR, profile: TIME_BASED })
    expect([next.seq, next.state.lowerCeiling]).toEqual([10n, false])
  })

  test('a card at the end of all SQNs', () => {
    const { state: after } = resynchronizeSqn(state, DEFAULT_SQN_GENERATOR, 2n ** 48n - 1n)
    expect(issueSqn(after, DEFAULT_SQN_GENERATOR, NOW_MS)).toEqual({ outcome: 'exhausted' })
  })
})

/** The rows that `HssStore.leaseSqn` keeps, in memory. */
function createLeases() {
  let ceiling = 0n
  return (above = -1n, lowerCeiling = false) => {
    const firstSeq = (lowerCeiling ? above : higherSeq(above, ceiling)) + 1n
    ceiling = firstSeq + 31n
    return { firstSeq, lastSeq: ceiling }
  }
}

/** Issues, leasing once if need be, as the HSS does. */
function issueWithLeases(
  state: SqnGeneratorState,
  { options, nowMs, lease }: IssueInput,
): { sqn: bigint; state: SqnGeneratorState } {
  let issue = issueSqn(state, options, nowMs)
  if (issue.outcome === 'lease-needed') {
    const leased = adoptLease(lease(issue.above, issue.lowerCeiling), state)
    issue = issueSqn(leased, options, nowMs)
  }
  if (issue.outcome !== 'issued') throw new Error(issue.outcome)
  return issue
}

interface IssueInput {
  readonly options: SqnGeneratorOptions
  readonly nowMs: number
  readonly lease: ReturnType<typeof createLeases>
}

describe('in the long run', () => {
  const profiles = fc.constantFrom(NOT_TIME_BASED, PARTLY_TIME_BASED, TIME_BASED)
  const steps = fc.array(
    fc.record({
      event: fc.constantFrom('deliver', 'deliver', 'lose', 'crash', 'resync'),
      // Mostly seconds, sometimes years.
      waitMs: fc.oneof(fc.nat(60_000), fc.nat(60_000), fc.nat(1e11)),
    }),
    { maxLength: 150 },
  )

  test('no SQN is issued twice, and SEQ only goes up', () => {
    fc.assert(
      fc.property(profiles, steps, (profile, history) => {
        const options = { ...DEFAULT_SQN_GENERATOR, profile }
        const lease = createLeases()
        let state = adoptLease(lease())
        let last = 0n
        for (const { event, waitMs } of history) {
          if (event === 'crash') state = adoptLease(lease())
          if (event === 'resync') state = resynchronizeSqn(state, options, sqnOf(last)).state
          // The clock wanders: only the profile that counts may ignore it.
          const made = issueWithLeases(state, { options, nowMs: NOW_MS + waitMs, lease })
          expect(made.sqn >> 5n).toBeGreaterThan(last)
          last = made.sqn >> 5n
          state = made.state
        }
      }),
      { seed: 33102, numRuns: 300 },
    )
  })

  test('a card that lost any number of challenges is served after one resynchronisation', () => {
    fc.assert(
      fc.property(profiles, steps, (profile, history) => {
        const options = { ...DEFAULT_SQN_GENERATOR, profile }
        const lease = createLeases()
        let nowMs = NOW_MS
        let state = adoptLease(lease())
        let card = createSqnArray()
        for (const { event, waitMs } of history) {
          nowMs += waitMs
          if (event === 'crash') state = adoptLease(lease())
          let made = issueWithLeases(state, { options, nowMs, lease })
          state = made.state
          if (event === 'lose') continue
          let verdict = acceptSqn(card, made.sqn, DEFAULT_SQN_POLICY)
          if (verdict.outcome === 'refused') {
            state = resynchronizeSqn(state, options, computeSqnMs(card, 5)).state
            made = issueWithLeases(state, { options, nowMs, lease })
            state = made.state
            verdict = acceptSqn(card, made.sqn, DEFAULT_SQN_POLICY)
          }
          if (verdict.outcome === 'refused') throw new Error('locked out')
          card = verdict.sqnArray
        }
      }),
      { seed: 33102, numRuns: 300 },
    )
  })

  test('a card that takes each SQN in turn refuses none', () => {
    let state = adoptLease({ firstSeq: 1n, lastSeq: 32n })
    let card = createSqnArray()
    for (let n = 0; n < 32; n++) {
      const next = issued(state)
      const verdict = acceptSqn(card, sqnOf(next.seq, next.ind), DEFAULT_SQN_POLICY)
      if (verdict.outcome !== 'accepted') throw new Error('refused')
      card = verdict.sqnArray
      state = next.state
    }
  })
})
