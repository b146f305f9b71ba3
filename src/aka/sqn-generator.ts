/**
 * SQN at home: issued from leases, so that no value is ever issued twice, whatever crashes. Design 9,
 * "SQN"; TS 33.102 C.1
 *
 * Pure: the caller keeps the state of each subscriber it serves, leases when told so (`HssStore`), and
 * sets what `issueSqn` returns before it uses the SQN.
 */
import { DEFAULT_SQN_POLICY, higherSeq, highestSeq, joinSqn, splitSqn } from './sqn.ts'
import { NOT_TIME_BASED, nextSeq, type SqnProfile } from './sqn-profile.ts'

/** SEQ values that only this node may issue: `firstSeq` to `lastSeq`, both included. */
export interface SeqLease {
  readonly firstSeq: bigint
  readonly lastSeq: bigint
}

/** How SQNs are made. */
export interface SqnGeneratorOptions {
  /** Bits of IND, as the cards have it. */
  readonly indLength: number
  /** The IND values to use in turn. */
  readonly indSlots: readonly number[]
  /** Δ of the cards. */
  readonly delta: bigint
  readonly profile: SqnProfile
}

/** GBA has IND 28 to 31 for itself, so that vectors of IMS or EPS in flight do not spoil it. Design 9 */
export const DEFAULT_SQN_GENERATOR: SqnGeneratorOptions = {
  indLength: DEFAULT_SQN_POLICY.indLength,
  indSlots: [28, 29, 30, 31],
  delta: DEFAULT_SQN_POLICY.delta,
  profile: NOT_TIME_BASED,
}

/** Where one subscriber stands, in the memory of the node that holds the lease. */
export interface SqnGeneratorState {
  readonly lease: SeqLease
  /** SEQ_HE: the last one issued here; before that, the last one leased by anybody. */
  readonly seqHe: bigint
  /** How many SQNs were issued: picks the IND. */
  readonly turn: number
  /** Set after a resynchronisation that found SEQ_HE itself wrong, until an SQN is issued. */
  readonly lowerCeiling: boolean
}

/** What comes of asking for an SQN. */
export type SqnIssue =
  | { readonly outcome: 'issued'; readonly sqn: bigint; readonly state: SqnGeneratorState }
  /** The lease holds no such value: lease (`SqnLeaseRequest`), `adoptLease`, and ask again. */
  | { readonly outcome: 'lease-needed'; readonly above: bigint; readonly lowerCeiling: boolean }
  /** No SEQ is left that fits SQN; the subscriber needs a new K. */
  | { readonly outcome: 'exhausted' }

/** The state after a lease was made durable. @param former What was known before it, if anything. */
export function adoptLease(lease: SeqLease, former?: SqnGeneratorState): SqnGeneratorState {
  if (former !== undefined) return { ...former, lease }
  return { lease, seqHe: lease.firstSeq - 1n, turn: 0, lowerCeiling: false }
}

/**
 * The next SQN of a subscriber.
 *
 * @param nowMs UTC milliseconds, for the profiles that look at the clock.
 * @throws {RangeError} If an IND slot does not fit its bits, or there is none.
 * @see TS 33.102 C.1.1
 */
export function issueSqn(
  state: SqnGeneratorState,
  options: SqnGeneratorOptions,
  nowMs: number,
): SqnIssue {
  const { lease, seqHe, turn, lowerCeiling } = state
  const { indLength, indSlots, delta, profile } = options
  const ind = indSlots[turn % indSlots.length]
  if (ind === undefined) throw new RangeError('there is no IND slot to use')
  const wanted = lowerCeiling ? seqHe + 1n : nextSeq(profile, { seqHe, nowMs, delta })
  const seq = higherSeq(wanted, lease.firstSeq)
  if (seq > highestSeq(indLength)) return { outcome: 'exhausted' }
  if (seq > lease.lastSeq) return { outcome: 'lease-needed', above: seq - 1n, lowerCeiling }
  const sqn = joinSqn({ seq, ind }, indLength)
  return {
    outcome: 'issued',
    sqn,
    state: { lease, seqHe: seq, turn: turn + 1, lowerCeiling: false },
  }
}

/**
 * The state after a verified AUTS: the next SEQ is max(last issued or leased, SEQ_MS) + 1. Only when
 * SEQ_HE - SEQ_MS is over Δ, so that the card would refuse that one as well, it is SEQ_MS + 1.
 *
 * @param sqnMs SQN_MS of an AUTS whose MAC-S is verified.
 * @returns `lowered`: SEQ goes back, which the caller logs as an error.
 * @see TS 33.102 6.3.5, C.1.1; Design 9
 */
export function resynchronizeSqn(
  state: SqnGeneratorState,
  options: SqnGeneratorOptions,
  sqnMs: bigint,
): { readonly state: SqnGeneratorState; readonly lowered: boolean } {
  const { seq: seqMs } = splitSqn(sqnMs, options.indLength)
  if (state.seqHe - seqMs > options.delta) {
    const empty = { firstSeq: seqMs + 1n, lastSeq: seqMs }
    return { state: { ...state, lease: empty, seqHe: seqMs, lowerCeiling: true }, lowered: true }
  }
  return { state: { ...state, seqHe: higherSeq(seqMs, state.seqHe) }, lowered: false }
}
