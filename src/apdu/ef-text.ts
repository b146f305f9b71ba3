/** EF_IMPI, EF_DOMAIN and EF_IMPU: one UTF-8 text in a data object of tag 80. TS 31.103 4.2.2 to 4.2.4 */
import { fromUtf8, utf8 } from '../octets/octets.ts'
import { decodeTlv, encodeTlv } from './ber-tlv.ts'
import { padded } from './padding.ts'

const TAG_TEXT = 0x80

/** The text in a file or record of `length` octets. @throws {RangeError} If it does not fit. */
export function encodeEfText(text: string, length: number): Uint8Array {
  return padded(encodeTlv(TAG_TEXT, utf8(text)), length)
}

/** @param field Name of the file, for the error. @throws {InvalidMessage} If there is no such object, or no UTF-8 in it. */
export function decodeEfText(octets: Uint8Array, field: string): string {
  return fromUtf8(decodeTlv(octets, TAG_TEXT, field), field)
}
