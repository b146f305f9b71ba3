/**
 * The algorithms of the handshake in one table, so that nothing else switches on their names. M-2:
 * `HMAC-SHA-256`, and `SHA-1` of profile cpns-1.0, which is off unless configuration accepts it.
 */

import type { Secret } from '../crypto/secret.ts'
import { computeHmacHash, computeSha1Hash, type HashPurpose } from './handshake-hash.ts'
import { assertPlainMessage } from './plain-message.ts'
import { messageDigest, transcriptOf } from './transcript.ts'

/** Spelling as on the wire. M-2 */
export const ALGORITHMS = ['HMAC-SHA-256', 'SHA-1'] as const

/** One of them. */
export type Algorithm = (typeof ALGORITHMS)[number]

/** All that is known of one algorithm. */
export interface HandshakeAlgorithm {
  /** What must be remembered of a message for the HASHes to come: its digest, or its octets. M-4 */
  readonly keep: (octets: Uint8Array) => Uint8Array
  /** Whether it is the octets, so that the first message travels whole in State. */
  readonly keepsWhole: boolean
  /** Digest of M-1 of what was kept, 32 octets: session keys are derived alike in all profiles. M-3 */
  readonly digestOf: (kept: Uint8Array) => Uint8Array
  /** HASH over messages in order, as kept. @throws {RangeError} If the EUKey is not 32 octets. */
  readonly hash: (euKey: Secret, purpose: HashPurpose, kept: readonly Uint8Array[]) => Uint8Array
  /** @throws {InvalidMessage} If the profile refuses a message that is valid otherwise. */
  readonly assertMessage: (octets: Uint8Array) => void
}

const TABLE: Readonly<Record<Algorithm, HandshakeAlgorithm>> = {
  'HMAC-SHA-256': {
    keep: messageDigest,
    keepsWhole: false,
    digestOf: (kept) => kept,
    hash: (euKey, purpose, kept) => computeHmacHash(euKey, purpose, transcriptOf(kept)),
    assertMessage: () => {},
  },
  'SHA-1': {
    keep: (octets) => octets,
    keepsWhole: true,
    digestOf: messageDigest,
    hash: (euKey, _purpose, kept) => computeSha1Hash(euKey, kept),
    assertMessage: assertPlainMessage,
  },
}

/** What is known of an algorithm. */
export function handshakeAlgorithm(name: Algorithm): HandshakeAlgorithm {
  return TABLE[name]
}

/**
 * The algorithm of an exchange: the first of ours that the client offers, or `undefined` (426).
 *
 * @param accepted Best first. @param offered As in `Algorithms`; unknown names are passed over.
 * @see M-2
 */
export function chooseAlgorithm(
  accepted: readonly Algorithm[],
  offered: readonly string[],
): Algorithm | undefined {
  return accepted.find((algorithm) => offered.includes(algorithm))
}
