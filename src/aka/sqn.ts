/**
 * SQN, and how a card checks that it is fresh. TS 33.102 6.3, C.2
 *
 * SQN (48 bits) = SEQ ‖ IND. IND picks one of the card's slots, so that several networks can have
 * vectors in flight without one making the other's stale:
 *
 *     SQN  |                 SEQ (43 bits)                 | IND (5) |
 */
import { assertOctets } from '../octets/octets.ts'

/** Octets of SQN. TS 33.102 6.3.7 */
export const SQN_LENGTH = 6

const SQN_BITS = 48

/** The two parts of an SQN. */
export interface SqnParts {
  readonly seq: bigint
  /** 0 to 2^indLength - 1. */
  readonly ind: number
}

/** How a card judges an SQN. TS 33.102 C.2.1, C.3.2 */
export interface SqnPolicy {
  /** Bits of IND, 0 to 16. */
  readonly indLength: number
  /** Δ: how far SEQ may jump above the highest one accepted so far. */
  readonly delta: bigint
  /** L: SEQ must be less than this below the highest one; absent: it may be of any age. */
  readonly ageLimit?: bigint
}

/** IND of 5 bits, Δ = 2^28, no age limit: profile 2 of TS 33.102 C.3.2. */
export const DEFAULT_SQN_POLICY: SqnPolicy = { indLength: 5, delta: 2n ** 28n }

/** SEQ_MS of each IND, in order; 0 where nothing was accepted. TS 33.102 C.2.1 */
export type SqnArray = readonly bigint[]

/** What a card says of an SQN. */
export type SqnVerdict =
  /** Fresh; `sqnArray` is what the card has to keep from now on. */
  { readonly outcome: 'accepted'; readonly sqnArray: SqnArray } | { readonly outcome: 'refused' }

/** 6 octets. @throws {RangeError} If `sqn` does not fit 48 bits. */
export function encodeSqn(sqn: bigint): Uint8Array {
  if (sqn < 0n || sqn >> BigInt(SQN_BITS) !== 0n) throw new RangeError('SQN does not fit 48 bits')
  // A number holds 48 bits exactly, and asking an array for its buffer costs more than a whole AES call.
  const octets = new Uint8Array(SQN_LENGTH)
  let rest = Number(sqn)
  for (let n = SQN_LENGTH - 1; n >= 0; n--) {
    octets[n] = rest % 0x100
    rest = Math.floor(rest / 0x100)
  }
  return octets
}

/** @param octets 6 octets. @throws {RangeError} If there are more or fewer. */
export function decodeSqn(octets: Uint8Array): bigint {
  assertOctets('SQN', octets, SQN_LENGTH)
  return octets.reduce((sqn, octet) => (sqn << 8n) | BigInt(octet), 0n)
}

/** SEQ and IND of an SQN. */
export function splitSqn(sqn: bigint, indLength: number): SqnParts {
  return { seq: sqn >> BigInt(indLength), ind: Number(BigInt.asUintN(indLength, sqn)) }
}

/** SQN = SEQ ‖ IND. @throws {RangeError} If a part does not fit its bits. */
export function joinSqn({ seq, ind }: SqnParts, indLength: number): bigint {
  if (!Number.isInteger(ind) || ind < 0 || ind >= 2 ** indLength) {
    throw new RangeError(`IND does not fit ${indLength} bits`)
  }
  if (seq < 0n || seq > highestSeq(indLength)) throw new RangeError('SEQ does not fit SQN')
  return (seq << BigInt(indLength)) | BigInt(ind)
}

/** The highest SEQ that an SQN can hold: 2^43 - 1 with an IND of 5 bits. */
export function highestSeq(indLength: number): bigint {
  return (1n << BigInt(SQN_BITS - indLength)) - 1n
}

/** The higher of two SEQ (or SQN) values. */
export function higherSeq(a: bigint, b: bigint): bigint {
  if (a > b) return a
  return b
}

/** The array of a card that accepted nothing yet. TS 33.102 C.2.1 */
export function createSqnArray(indLength: number = DEFAULT_SQN_POLICY.indLength): SqnArray {
  return Array.from({ length: 2 ** indLength }, () => 0n)
}

/** SQN_MS, the highest SQN accepted so far over all slots; 0 if there was none. TS 33.102 C.2.2 */
export function computeSqnMs(sqnArray: SqnArray, indLength: number): bigint {
  return sqnArray
    .map((seq, ind) => (seq === 0n ? 0n : joinSqn({ seq, ind }, indLength)))
    .reduce(higherSeq, 0n)
}

/**
 * Judges an SQN whose MAC has already been verified. The array handed in is never changed.
 *
 * @param sqnArray One SEQ_MS for each IND.
 * @throws {RangeError} If the array has no slot for each IND of the policy.
 * @see TS 33.102 C.2.2
 */
export function acceptSqn(sqnArray: SqnArray, sqn: bigint, policy: SqnPolicy): SqnVerdict {
  if (sqnArray.length !== 2 ** policy.indLength) {
    throw new RangeError(`${sqnArray.length} slots for an IND of ${policy.indLength} bits`)
  }
  const { seq, ind } = splitSqn(sqn, policy.indLength)
  const seqMsOfInd = sqnArray[ind] ?? 0n
  const seqMs = sqnArray.reduce(higherSeq, 0n)
  const jumps = seq - seqMs > policy.delta
  const tooOld = policy.ageLimit !== undefined && seqMs - seq >= policy.ageLimit
  if (jumps || tooOld || seq <= seqMsOfInd) return { outcome: 'refused' }
  return { outcome: 'accepted', sqnArray: sqnArray.with(ind, seq) }
}
