/** What remains of a completed exchange. M-4 */
import type { ExchangeState } from '../cpns/exchange-state.ts'
import { decodeMessage } from '../cpns/messages.ts'
import { STATE_LIFETIME_MS } from '../cpns/server-handshake.ts'
import { sha256Hex } from '../crypto/hash.ts'

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

/** What a tombstone is found by: both are known of a State as soon as it is opened. */
export type TombstoneKey = Pick<Tombstone, 'stateDigest' | 'forgetAfterMs'>

/** How long a tombstone outlives its State. M-4 */
export const TOMBSTONE_MARGIN_MS = 60_000

/** Of the State of an exchange. @param sealedState As it was echoed. */
export function tombstoneKeyOf(
  { issuedAtMs }: Pick<ExchangeState, 'issuedAtMs'>,
  sealedState: Uint8Array,
): TombstoneKey {
  return {
    stateDigest: sha256Hex(sealedState),
    forgetAfterMs: issuedAtMs + STATE_LIFETIME_MS + TOMBSTONE_MARGIN_MS,
  }
}

/** The answer that was given, if these are the same octets; anything else with that State is a conflict. M-4 */
export function answerAgain(octets: Uint8Array, tombstone: Tombstone): Uint8Array | undefined {
  return sha256Hex(octets) === tombstone.messageDigest ? tombstone.answer : undefined
}

/** Whether the exchange was the assignment of an EUKey, as its answer shows. */
export function isOfAssignment({ answer }: Tombstone): boolean {
  return decodeMessage(answer).name === 'EUKeyAssignmentResponse'
}
