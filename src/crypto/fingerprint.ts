/** A short name of a key that can be shown: two sides see that they hold the same one. */
import { toHex, utf8 } from '../octets/octets.ts'
import { hmacSha256 } from './hash.ts'
import type { Secret } from './secret.ts'

/**
 * First 8 octets of HMAC-SHA-256(key, "CPNS key fingerprint"), as 16 hex digits in groups of four. For
 * keys of 16 octets and more only: a fingerprint of a guessable secret would help to guess it.
 *
 * @throws {RangeError} If the key has fewer than 16 octets.
 */
export function fingerprint(key: Secret): string {
  if (key.length < 16) throw new RangeError('no fingerprint of a secret under 16 octets')
  const digest = hmacSha256(key.reveal(), utf8('CPNS key fingerprint'))
  return toHex(digest.subarray(0, 8)).replace(/(.{4})(?=.)/g, '$1:')
}
