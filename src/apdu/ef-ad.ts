/** EF_AD: operation mode, and how many digits of the IMSI are the MNC. TS 31.102 4.2.18 */
import type { MncLength } from '../identity/imsi.ts'

const NORMAL_OPERATION = 0x00
const MNC_LENGTH_OFFSET = 3

/** Contents of EF_AD, 4 octets: normal operation. */
export function encodeEfAd(mncLength: MncLength): Uint8Array {
  return Uint8Array.of(NORMAL_OPERATION, 0, 0, mncLength)
}

/** Digits of the MNC; `undefined` on cards from before this field, and where it holds neither 2 nor 3. */
export function decodeMncLength(octets: Uint8Array): MncLength | undefined {
  const length = (octets[MNC_LENGTH_OFFSET] ?? 0) & 0x0f
  return length === 2 || length === 3 ? length : undefined
}
