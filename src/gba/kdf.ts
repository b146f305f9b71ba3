/** The generic key derivation function of GBA. TS 33.220 B.2 */
import { hmacSha256 } from '../crypto/hash.ts'
import { uint16 } from '../octets/octets.ts'

/** FC of every key that GBA derives. TS 33.220 B.3, B.4, B.5 */
export const FC_GBA = 0x01

/**
 * HMAC-SHA-256(key, FC ‖ P0 ‖ L0 ‖ P1 ‖ L1 ‖ ...): each parameter is followed by its own length in two
 * octets, big-endian.
 *
 * @param fc FC, one octet.
 * @param parameters P0, P1, ..., each at most 65535 octets; character strings in UTF-8.
 * @returns 32 octets.
 * @throws {RangeError} If FC does not fit an octet or a parameter is longer.
 * @see TS 33.220 B.2
 */
export function kdf(key: Uint8Array, fc: number, parameters: readonly Uint8Array[]): Uint8Array {
  if (!Number.isInteger(fc) || fc < 0 || fc > 0xff) throw new RangeError('FC has one octet')
  const s = parameters.flatMap((parameter) => [parameter, uint16(parameter.length)])
  return hmacSha256(key, Uint8Array.of(fc), ...s)
}
