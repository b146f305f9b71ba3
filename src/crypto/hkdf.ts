/** HKDF with SHA-256. RFC 5869; T, PRK, OKM and L are its names. */
import { concatOctets, utf8 } from '../octets/octets.ts'
import { hmacSha256 } from './hash.ts'
import { Secret } from './secret.ts'

const HASH_LENGTH = 32

/** HKDF-Extract: PRK, 32 octets. An empty salt stands for 32 zero octets. RFC 5869 2.2 */
export function hkdfExtract(salt: Uint8Array, inputKey: Secret): Secret {
  return Secret.of(hmacSha256(salt, inputKey.reveal()))
}

/**
 * HKDF-Expand: `length` octets of OKM.
 *
 * @param info Octets, or a text whose UTF-8 octets are meant.
 * @throws {RangeError} If `length` is over 255 * 32.
 * @see RFC 5869 2.3
 */
export function hkdfExpand(prk: Secret, info: Uint8Array | string, length: number): Secret {
  if (length > 255 * HASH_LENGTH) throw new RangeError('HKDF gives at most 8160 octets')
  const infoOctets = typeof info === 'string' ? utf8(info) : info
  const blocks: Uint8Array[] = []
  let t: Uint8Array = new Uint8Array(0)
  for (let n = 1; blocks.length * HASH_LENGTH < length; n++) {
    t = hmacSha256(prk.reveal(), t, infoOctets, Uint8Array.of(n))
    blocks.push(t)
  }
  return Secret.of(concatOctets(...blocks).subarray(0, length))
}

/** HKDF: extract, then expand. RFC 5869 2 */
export function hkdf(
  inputKey: Secret,
  input: { readonly salt: Uint8Array; readonly info: Uint8Array | string; readonly length: number },
): Secret {
  return hkdfExpand(hkdfExtract(input.salt, inputKey), input.info, input.length)
}
