/**
 * The operator functions f1 to f5* of 3G AKA, whichever algorithm set computes them.
 * TS 33.102 6.3, TS 33.105 5.1
 */
import type { Secret } from '../crypto/secret.ts'
import { assertOctets } from '../octets/octets.ts'

/** What MAC-A and MAC-S are computed over. TS 33.102 6.3.2 */
export interface MacInput {
  /** 16 octets. */
  readonly rand: Uint8Array
  /** 48 bits. */
  readonly sqn: bigint
  /** Authentication management field, 2 octets. */
  readonly amf: Uint8Array
}

/** What one RAND gives. TS 33.102 6.3.2 */
export interface AkaOutputs {
  /** f2: RES or XRES, 8 octets; with TUAK 4, 8, 16 or 32. */
  readonly res: Secret
  /** f3: CK, 16 octets; with TUAK 16 or 32. */
  readonly ck: Secret
  /** f4: IK, as CK. */
  readonly ik: Secret
  /** f5: AK, 6 octets. */
  readonly ak: Uint8Array
}

/** What one challenge of the AuC gives: f1 with f2 to f5. TS 33.102 6.3.2 */
export interface ChallengeOutputs {
  /** f1: MAC-A. */
  readonly macA: Uint8Array
  /** f2 to f5. */
  readonly outputs: AkaOutputs
}

/** f1 to f5* under one subscriber's key. Every method throws `RangeError` if an input has a wrong length. */
export interface AkaFunctions {
  /** f1: MAC-A, 8 octets; with TUAK 8, 16 or 32. */
  f1(input: MacInput): Uint8Array
  /** f1*: MAC-S, as long as MAC-A. */
  f1Star(input: MacInput): Uint8Array
  /** f2, f3, f4 and f5 in one go, because both algorithm sets share their work. @param rand 16 octets. */
  f2345(rand: Uint8Array): AkaOutputs
  /** f5*: the anonymity key of a resynchronisation, 6 octets. @param rand 16 octets. */
  f5Star(rand: Uint8Array): Uint8Array
  /**
   * f1 to f5 of several challenges in one go, one answer for each in their order; absent where that saves
   * nothing over `f1` and `f2345`.
   */
  f12345?(challenges: readonly MacInput[]): readonly ChallengeOutputs[]
}

/** Octets of RAND. TS 33.102 6.3.7 */
export const RAND_LENGTH = 16
/** Octets of AMF. TS 33.102 6.3.7 */
export const AMF_LENGTH = 2

/** @throws {RangeError} If RAND has not 16 octets. */
export function assertRand(rand: Uint8Array): void {
  assertOctets('RAND', rand, RAND_LENGTH)
}

/** SQN is checked where it is encoded. @throws {RangeError} If RAND or AMF has another length. */
export function assertMacInput({ rand, amf }: Omit<MacInput, 'sqn'>): void {
  assertRand(rand)
  assertOctets('AMF', amf, AMF_LENGTH)
}
