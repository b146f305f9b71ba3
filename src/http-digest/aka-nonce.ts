/** The nonce of Digest AKA: base64(RAND ‖ AUTN ‖ server data). RFC 3310 3.2 */
import { OctetReader } from '../octets/octet-reader.ts'
import { assertOctets, concatOctets, fromBase64, toBase64 } from '../octets/octets.ts'

/** A challenge of AKA. */
export interface AkaNonce {
  /** 16 octets. */
  readonly rand: Uint8Array
  /** AUTN, or AUTN* of GBA_U; 16 octets. */
  readonly autn: Uint8Array
}

const RAND_LENGTH = 16
const AUTN_LENGTH = 16

/** The nonce of a challenge, without server data. @throws {RangeError} If RAND or AUTN is not 16 octets. */
export function formatAkaNonce({ rand, autn }: AkaNonce): string {
  assertOctets('RAND', rand, RAND_LENGTH)
  assertOctets('AUTN', autn, AUTN_LENGTH)
  return toBase64(concatOctets(rand, autn))
}

/**
 * RAND and AUTN of a nonce; server data after them is passed over.
 *
 * @throws {InvalidMessage} If it is not base64, or under 32 octets.
 */
export function parseAkaNonce(nonce: string): AkaNonce {
  const reader = new OctetReader(fromBase64(nonce, 'nonce'))
  return { rand: reader.take(RAND_LENGTH, 'nonce'), autn: reader.take(AUTN_LENGTH, 'nonce') }
}
