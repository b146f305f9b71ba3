/** Response APDUs: data, then SW1 SW2. ISO/IEC 7816-3 12.1.4, TS 102 221 10.2 */
import { InvalidMessage } from '../errors/errors.ts'
import { concatOctets, uint16 } from '../octets/octets.ts'

/** One response APDU. */
export interface ResponseApdu {
  /** 0 to 256 octets. */
  readonly data: Uint8Array
  /** SW1 SW2 as one number, for instance 0x9000. */
  readonly sw: number
}

const SW_LENGTH = 2
const MAX_RESPONSE_DATA = 256

/** @throws {InvalidMessage} If SW1 SW2 are truncated, or over 256 octets of data come before them. */
export function decodeResponse(octets: Uint8Array): ResponseApdu {
  const dataLength = octets.length - SW_LENGTH
  if (dataLength < 0) throw new InvalidMessage('truncated', 'SW1 SW2')
  if (dataLength > MAX_RESPONSE_DATA) {
    throw new InvalidMessage('over 256 octets', 'response data')
  }
  const sw = ((octets[dataLength] as number) << 8) | (octets[dataLength + 1] as number)
  return { data: octets.slice(0, dataLength), sw }
}

/** @throws {RangeError} If there are over 256 octets of data, or SW1 SW2 are no two octets. */
export function encodeResponse(response: ResponseApdu): Uint8Array {
  if (response.data.length > MAX_RESPONSE_DATA) {
    throw new RangeError('over 256 octets of response data')
  }
  return concatOctets(response.data, uint16(response.sw))
}
