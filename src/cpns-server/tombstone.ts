/** What remains of a completed exchange. M-4 */
import { decodeMessage } from '../cpns/messages.ts'
import { sha256 } from '../crypto/hash.ts'
import { toHex } from '../octets/octets.ts'

/** A completed exchange: the same octets again get the same answer. M-4 */
export interface Tombstone {
  /** SHA-256 of State, hex. */
  readonly stateDigest: string
  /** SHA-256 of the completing message, hex. */
  readonly messageDigest: string
  /** The answer that was given, as sent. */
  readonly answer: Uint8Array
  /** UTC milliseconds after which the row can go. */
  readonly forgetAfterMs: number
}

/** How long a tombstone outlives its State. M-4 */
export const TOMBSTONE_MARGIN_MS = 60_000

/** The answer that was given, if these are the same octets; anything else with that State is a conflict. M-4 */
export function answerAgain(octets: Uint8Array, tombstone: Tombstone): Uint8Array | undefined {
  return toHex(sha256(octets)) === tombstone.messageDigest ? tombstone.answer : undefined
}

/** Whether the exchange was the assignment of an EUKey, as its answer shows. */
export function isOfAssignment({ answer }: Tombstone): boolean {
  return decodeMessage(answer).name === 'EUKeyAssignmentResponse'
}
