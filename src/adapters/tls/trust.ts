/** What a TLS client goes by to know its server. Design 7 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { sha256 } from '../../crypto/hash.ts'
import { toHex } from '../../octets/octets.ts'

/**
 * `system`: the certificate authorities of the machine; `ca`: only those of a PEM file; `pin`: only the
 * holder of one key, whatever name and dates its certificate has.
 */
export type Trust =
  | { readonly kind: 'system' }
  | { readonly kind: 'ca'; readonly pem: string }
  /** SHA-256 of the server's SubjectPublicKeyInfo, 64 lower-case hex digits. */
  | { readonly kind: 'pin'; readonly sha256: string }

/** SHA-256 of a key's SubjectPublicKeyInfo, as 64 lower-case hex digits. */
export function pinOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return toHex(sha256(publicKey.export({ type: 'spki', format: 'der' })))
}
