/** What the AuC makes for one authentication. TS 33.102 6.3.2 */
import { concatOctets, xorOctets } from '../octets/octets.ts'
import {
  type AkaFunctions,
  assertMacInput,
  type ChallengeOutputs,
  type MacInput,
} from './aka-functions.ts'
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
  const [made] = generateVectors(functions, [challenge])
  return made as GeneratedVector
}

/**
 * Quintets for several challenges of one subscriber, in their order. With MILENAGE much cheaper than one
 * after the other, because all AES blocks of the batch go through the cipher in two calls.
 *
 * @throws {RangeError} As `generateVector`; then none is made.
 * @see TS 33.102 6.3.2
 */
export function generateVectors(
  functions: AkaFunctions,
  challenges: readonly MacInput[],
): readonly GeneratedVector[] {
  challenges.forEach(assertMacInput)
  return computeOutputs(functions, challenges).map((outputs, n) =>
    assembleVector(challenges[n] as MacInput, outputs),
  )
}

function computeOutputs(
  functions: AkaFunctions,
  challenges: readonly MacInput[],
): readonly ChallengeOutputs[] {
  if (functions.f12345 !== undefined) return functions.f12345(challenges)
  return challenges.map((challenge) => ({
    macA: functions.f1(challenge),
    outputs: functions.f2345(challenge.rand),
  }))
}

function assembleVector({ rand, sqn, amf }: MacInput, answer: ChallengeOutputs): GeneratedVector {
  const { macA, outputs } = answer
  const { res: xres, ck, ik, ak } = outputs
  const autn = concatOctets(xorOctets(encodeSqn(sqn), ak), amf, macA)
  return { vector: { rand, autn, xres, ck, ik }, ak, macA }
}
