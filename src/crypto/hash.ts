/** Hash functions and HMAC of the platform, behind one module. */
import { createHash, createHmac } from 'node:crypto'

/** SHA-256, 32 octets. FIPS 180-4 */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return digest('sha256', parts)
}

/** SHA-1, 20 octets; only where a 3GPP or OMA text prescribes it. FIPS 180-4 */
export function sha1(...parts: readonly Uint8Array[]): Uint8Array {
  return digest('sha1', parts)
}

/** MD5, 16 octets; only inside HTTP Digest. RFC 1321 */
export function md5(...parts: readonly Uint8Array[]): Uint8Array {
  return digest('md5', parts)
}

/** HMAC-SHA-256 over the concatenation of `parts`, 32 octets. RFC 2104 */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac('sha256', key)
  for (const part of parts) hmac.update(part)
  return new Uint8Array(hmac.digest())
}

function digest(algorithm: string, parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash(algorithm)
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}
