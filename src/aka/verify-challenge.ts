/** What a card does with RAND and AUTN, before any GBA. TS 33.102 6.3.3 */
import type { Secret } from '../crypto/secret.ts'
import { equalOctets, xorOctets } from '../octets/octets.ts'
import { type AkaFunctions, AMF_LENGTH } from './aka-functions.ts'
import { buildAuts } from './resynchronize.ts'
import {
  acceptSqn,
  computeSqnMs,
  decodeSqn,
  SQN_LENGTH,
  type SqnArray,
  type SqnPolicy,
} from './sqn.ts'

/** How the card takes a challenge. */
export type ChallengeVerdict =
  | {
      readonly outcome: 'success'
      readonly res: Secret
      readonly ck: Secret
      readonly ik: Secret
      /** What the card must keep, durably, before it gives RES away. */
      readonly sqnArray: SqnArray
    }
  /** The SQN is not fresh: AUTS, 14 octets. */
  | { readonly outcome: 'sync-failure'; readonly auts: Uint8Array }
  /** MAC is not XMAC, or this is no AUTN: the sender does not know K. */
  | { readonly outcome: 'mac-failure' }

/** Where the card stands. */
export interface CardSqnState {
  readonly sqnArray: SqnArray
  readonly policy: SqnPolicy
}

const MAC_OFFSET = SQN_LENGTH + AMF_LENGTH

/**
 * Verifies MAC first and SQN after it; a wrong MAC leaves the card as it was, and tells nothing of SQN.
 *
 * @param challenge.rand 16 octets.
 * @param challenge.autn (SQN xor AK) ‖ AMF ‖ MAC, 16 octets (more with a longer MAC of TUAK).
 * @throws {RangeError} If RAND has another length.
 * @see TS 33.102 6.3.3
 */
export function verifyChallenge(
  functions: AkaFunctions,
  { sqnArray, policy }: CardSqnState,
  { rand, autn }: { readonly rand: Uint8Array; readonly autn: Uint8Array },
): ChallengeVerdict {
  const { res, ck, ik, ak } = functions.f2345(rand)
  if (autn.length < MAC_OFFSET) return { outcome: 'mac-failure' }
  const sqn = decodeSqn(xorOctets(autn.subarray(0, SQN_LENGTH), ak))
  const xmac = functions.f1({ rand, sqn, amf: autn.subarray(SQN_LENGTH, MAC_OFFSET) })
  if (!equalOctets(autn.subarray(MAC_OFFSET), xmac)) return { outcome: 'mac-failure' }

  const verdict = acceptSqn(sqnArray, sqn, policy)
  if (verdict.outcome === 'accepted') {
    return { outcome: 'success', res, ck, ik, sqnArray: verdict.sqnArray }
  }
  const sqnMs = computeSqnMs(sqnArray, policy.indLength)
  return { outcome: 'sync-failure', auts: buildAuts(functions, { rand, sqnMs }) }
}
