/** What the AuC makes for one authentication. TS 33.102 6.3.2 */
import { concatOctets, xorOctets } from '../octets/octets.ts'
import { type AkaFunctions, assertMacInput, type MacInput } from './aka-functions.ts'
import type { AuthenticationVector } from './authentication-vector.ts'
import { encodeSqn } from './sqn.ts'

/** A vector, and what went into its AUTN. */
export interface GeneratedVector {
  readonly vector: AuthenticationVector
  /** f5: AK, 6 octets. */
  readonly ak: Uint8Array
  /** f1: MAC-A, 8 octets; with TUAK 8, 16 or 32. */
  readonly macA: Uint8Array
}

/**
 * Quintet for one challenge: AUTN = (SQN xor AK) ‖ AMF ‖ MAC-A.
 *
 * @param challenge.rand Fresh, 16 octets.
 * @param challenge.sqn 48 bits, never used before for this subscriber.
 * @param challenge.amf 2 octets.
 * @throws {RangeError} If one has another length.
 * @see TS 33.102 6.3.2
 */
export function generateVector(functions: AkaFunctions, challenge: MacInput): GeneratedVector {
  assertMacInput(challenge)
  const { rand, sqn, amf } = challenge
  const { res: xres, ck, ik, ak } = functions.f2345(rand)
  const macA = functions.f1(challenge)
  const autn = concatOctets(xorOctets(encodeSqn(sqn), ak), amf, macA)
  return { vector: { rand, autn, xres, ck, ik }, ak, macA }
}
