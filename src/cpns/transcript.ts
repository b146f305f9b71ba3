/** What the HASHes and the session key cover. M-1: each message's octets as sent, never re-serialised. */
import { sha256 } from '../crypto/hash.ts'
import { concatOctets } from '../octets/octets.ts'

/** SHA-256 of a message's octets as sent (HTTP body or whole frame), 32 octets. M-1 */
export function messageDigest(octets: Uint8Array): Uint8Array {
  return sha256(octets)
}

/** Transcript of several messages: their digests in order. M-1 @param digests 32 octets each. */
export function transcriptOf(digests: readonly Uint8Array[]): Uint8Array {
  return concatOctets(...digests)
}
