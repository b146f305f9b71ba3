/** The HASH that each side proves its EUKey with. M-2; CR 7.5.2 leaves the function open. */
import { hmacSha256, sha1 } from '../crypto/hash.ts'
import type { Secret } from '../crypto/secret.ts'
import { assertOctets, concatOctets, utf8 } from '../octets/octets.ts'

/** What a HASH is for: whose proof, in which exchange. The value is the label of M-2. */
export const HASH_LABELS = {
  'connect-client': 'CPNS client',
  'connect-server': 'CPNS server',
  'assignment-client': 'CPNS eukey client',
  'assignment-server': 'CPNS eukey server',
} as const

/** One of them. */
export type HashPurpose = keyof typeof HASH_LABELS

/** Octets of an EUKey. K-1 */
export const EUKEY_LENGTH = 32

/**
 * HASH = HMAC-SHA-256(EUKey, label ‖ 00 ‖ transcript), 32 octets.
 *
 * @param euKey 32 octets. @param transcript Digests of two messages (client) or three (server).
 * @throws {RangeError} If the EUKey has another length.
 * @see M-2
 */
export function computeHmacHash(
  euKey: Secret,
  purpose: HashPurpose,
  transcript: Uint8Array,
): Uint8Array {
  assertOctets('EUKey', euKey.reveal(), EUKEY_LENGTH)
  const label = utf8(HASH_LABELS[purpose])
  return hmacSha256(euKey.reveal(), label, Uint8Array.of(0), transcript)
}

/**
 * HASH of profile cpns-1.0 = SHA-1(the messages' octets concatenated ‖ EUKey), 20 octets.
 *
 * @param euKey 32 octets. @param messages Two messages (client) or three (server).
 * @throws {RangeError} If the EUKey has another length.
 * @see M-2
 */
export function computeSha1Hash(euKey: Secret, messages: readonly Uint8Array[]): Uint8Array {
  assertOctets('EUKey', euKey.reveal(), EUKEY_LENGTH)
  return sha1(concatOctets(...messages), euKey.reveal())
}
