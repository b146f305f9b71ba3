/** EF_IMSI: length, then the IMSI with a parity nibble in front. TS 31.102 4.2.2, TS 24.008 10.5.1.4 */
import { InvalidMessage } from '../errors/errors.ts'
import { type Imsi, parseImsi } from '../identity/imsi.ts'
import { concatOctets } from '../octets/octets.ts'
import { decodeBcd, encodeBcd } from './bcd.ts'

const FILE_LENGTH = 9
const MAX_IMSI_LENGTH = 8
const PARITY_ODD = '9'
const PARITY_EVEN = '1'

/** Contents of EF_IMSI, 9 octets. */
export function encodeEfImsi(imsi: Imsi): Uint8Array {
  const parity = imsi.length % 2 === 1 ? PARITY_ODD : PARITY_EVEN
  const digits = `${parity}${imsi}`
  return concatOctets(
    Uint8Array.of(Math.ceil(digits.length / 2)),
    encodeBcd(digits, FILE_LENGTH - 1),
  )
}

/** @throws {InvalidMessage} If the file is truncated, or holds no IMSI. */
export function decodeEfImsi(octets: Uint8Array): Imsi {
  const length = octets[0] ?? 0
  if (length < 1 || length > MAX_IMSI_LENGTH || length >= octets.length) {
    throw new InvalidMessage('its length does not fit', 'EF_IMSI')
  }
  const digits = decodeBcd(octets.subarray(1, 1 + length), 'EF_IMSI')
  if (digits[0] !== PARITY_ODD && digits[0] !== PARITY_EVEN) {
    throw new InvalidMessage('no parity nibble', 'EF_IMSI')
  }
  return parseImsi(digits.slice(1), 'EF_IMSI')
}
