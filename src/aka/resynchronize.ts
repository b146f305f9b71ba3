/**
 * AUTS: how a card tells its home, through everybody between, which SQN it expects. AUTS =
 * (SQN_MS xor f5*(RAND)) ‖ MAC-S, where MAC-S = f1*(SQN_MS, RAND, AMF*) and AMF* is all zero.
 * TS 33.102 6.3.3, 6.3.5
 */
import { concatOctets, equalOctets, xorOctets } from '../octets/octets.ts'
import { type AkaFunctions, AMF_LENGTH } from './aka-functions.ts'
import { decodeSqn, encodeSqn, SQN_LENGTH } from './sqn.ts'

/** What the home finds in an AUTS. */
export type AutsVerdict =
  /** MAC-S is right: the card said so. */
  | { readonly valid: true; readonly sqnMs: bigint }
  /** MAC-S is wrong, or this is no AUTS: nothing may be changed. */
  | { readonly valid: false }

/** AMF* is a dummy, so that AUTS need not carry it. TS 33.102 6.3.3 */
const AMF_STAR = new Uint8Array(AMF_LENGTH)

/**
 * AUTS as the card builds it.
 *
 * @param input.rand RAND of the challenge that was out of sequence, 16 octets.
 * @param input.sqnMs SQN_MS, 48 bits.
 * @returns 14 octets; more with a longer MAC-S of TUAK.
 * @throws {RangeError} If RAND or SQN_MS has another length.
 * @see TS 33.102 6.3.3
 */
export function buildAuts(
  functions: AkaFunctions,
  input: { readonly rand: Uint8Array; readonly sqnMs: bigint },
): Uint8Array {
  const { rand, sqnMs } = input
  const macS = functions.f1Star({ rand, sqn: sqnMs, amf: AMF_STAR })
  return concatOctets(xorOctets(encodeSqn(sqnMs), functions.f5Star(rand)), macS)
}

/**
 * AUTS as the home judges it; SQN_MS counts only once MAC-S is verified.
 *
 * @param input.rand RAND of the challenge that the card answered, 16 octets.
 * @param input.auts As it came; any length, 14 octets when it is one.
 * @throws {RangeError} If RAND has another length.
 * @see TS 33.102 6.3.5
 */
export function verifyAuts(
  functions: AkaFunctions,
  input: { readonly rand: Uint8Array; readonly auts: Uint8Array },
): AutsVerdict {
  const { rand, auts } = input
  const akStar = functions.f5Star(rand)
  if (auts.length < SQN_LENGTH) return { valid: false }
  const sqnMs = decodeSqn(xorOctets(auts.subarray(0, SQN_LENGTH), akStar))
  const xmacS = functions.f1Star({ rand, sqn: sqnMs, amf: AMF_STAR })
  return equalOctets(auts.subarray(SQN_LENGTH), xmacS) ? { valid: true, sqnMs } : { valid: false }
}
