/** Decimal digits with their nibbles swapped, padded with F: as IMSI and ICCID are stored. TS 31.102 4.2.2, TS 102 221 13.2 */
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'

/**
 * Digits, two an octet, the first one in the low nibble.
 *
 * @param length Octets of the result; unused nibbles are F. Default: as many as needed.
 * @throws {RangeError} If there are other characters than digits, or too many.
 */
export function encodeBcd(digits: string, length = Math.ceil(digits.length / 2)): Uint8Array {
  if (!/^\d*$/.test(digits)) throw new RangeError('not only decimal digits')
  if (digits.length > length * 2) throw new RangeError(`over ${length * 2} digits`)
  return fromHex(swapNibbles(digits.padEnd(length * 2, 'f')))
}

/** The digits before the padding. @throws {InvalidMessage} If a nibble is no digit, or one follows padding. */
export function decodeBcd(octets: Uint8Array, field: string): string {
  const found = /^(\d*)f*$/.exec(swapNibbles(toHex(octets)))
  if (found === null) throw new InvalidMessage('not decimal digits', field)
  return found[1] as string
}

function swapNibbles(hex: string): string {
  return hex.replace(/(.)(.)/g, '$2$1')
}
