/**
 * How the home picks the next SEQ: by counting, by the clock, or by both. TS 33.102 C.1.1, C.3
 *
 * The numbers of the three profiles and the rule of C.1.1.1 are from memory of the annex (90 %); each
 * is one place here. All rules give a SEQ above the last one, whatever the clock says.
 */

import { higherSeq } from './sqn.ts'

/** One of the profiles of TS 33.102 C.3. */
export type SqnProfile =
  /** C.3.2, generation C.1.1.2: SEQ counts vectors. */
  | { readonly kind: 'not-time-based' }
  /** C.3.1, generation C.1.1.1: the low bits of SEQ (SEQ2) follow the clock. */
  | {
      readonly kind: 'partly-time-based'
      /** Milliseconds of one clock unit. */
      readonly clockUnitMs: number
      /** n: bits of SEQ2 and of the clock value GLC. */
      readonly seq2Length: number
      /** D: at most so many vectors are made in D clock units. */
      readonly d: bigint
    }
  /** C.3.3, generation C.1.1.3: SEQ is the time since 1970 in clock units. */
  | { readonly kind: 'time-based'; readonly clockUnitMs: number }

/** SEQ counts vectors: the default. TS 33.102 C.3.2 */
export const NOT_TIME_BASED: SqnProfile = { kind: 'not-time-based' }

/** Clock units of 0.1 s, SEQ2 of 24 bits, D = 2^16. TS 33.102 C.3.1 */
export const PARTLY_TIME_BASED: SqnProfile = {
  kind: 'partly-time-based',
  clockUnitMs: 100,
  seq2Length: 24,
  d: 2n ** 16n,
}

/** Clock units of 0.1 s. TS 33.102 C.3.3 */
export const TIME_BASED: SqnProfile = { kind: 'time-based', clockUnitMs: 100 }

/** What the next SEQ depends on. */
export interface NextSeqInput {
  /** SEQ_HE: the last one issued. */
  readonly seqHe: bigint
  /** UTC milliseconds. */
  readonly nowMs: number
  /** Δ of the cards. */
  readonly delta: bigint
}

/** The SEQ after SEQ_HE, always above it. TS 33.102 C.1.1 */
export function nextSeq(profile: SqnProfile, { seqHe, nowMs, delta }: NextSeqInput): bigint {
  if (profile.kind === 'not-time-based') return seqHe + 1n
  const clock = BigInt(Math.max(0, Math.floor(nowMs / profile.clockUnitMs)))
  if (profile.kind === 'partly-time-based') return nextPartlyTimeBased(seqHe, clock, profile)
  // Deviation from max(clock, SEQ_HE + 1): never a jump over Δ, because a card that took the last SEQ
  // would refuse it. A new card, or one unused for long, is led to the clock in steps.
  if (clock - seqHe > delta) return seqHe + delta
  return higherSeq(clock, seqHe + 1n)
}

/** Rules (i) to (iii) of the general scheme; p = 2^n. TS 33.102 C.1.1.1 (5) */
function nextPartlyTimeBased(
  seqHe: bigint,
  clock: bigint,
  { seq2Length, d }: { readonly seq2Length: number; readonly d: bigint },
): bigint {
  const p = 1n << BigInt(seq2Length)
  const glc = clock % p
  const seq2He = seqHe % p
  const seq1He = seqHe - seq2He
  if (seq2He < glc && glc < seq2He + p - d + 1n) return seq1He + glc
  if (glc + d - 1n < seq2He) return seq1He + p + glc
  return seqHe + 1n
}
