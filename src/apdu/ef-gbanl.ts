/** EF_GBANL: one record a NAF for which the card holds a Ks_int_NAF. TS 31.102 4.2.83, TS 31.103 4.2.10 */
import { InvalidMessage } from '../errors/errors.ts'
import { concatOctets, fromUtf8, utf8 } from '../octets/octets.ts'
import { decodeTlvs, encodeTlv, findTlv } from './ber-tlv.ts'
import { padded } from './padding.ts'

/** One NAF key of a card. */
export interface NafListEntry {
  /** NAF FQDN ‖ Ua security protocol identifier. */
  readonly nafId: Uint8Array
  /** B-TID of the bootstrapping run; empty if the terminal had not written it when the key was made. */
  readonly btid: string
}

const TAG_NAF_ID = 0x80
const TAG_BTID = 0x81
const FIELD = 'EF_GBANL'

/** One record of `length` octets, padded with FF. @throws {RangeError} If the entry does not fit. */
export function encodeNafListEntry(entry: NafListEntry, length: number): Uint8Array {
  const nafId = encodeTlv(TAG_NAF_ID, entry.nafId)
  return padded(concatOctets(nafId, encodeTlv(TAG_BTID, utf8(entry.btid))), length)
}

/** One record; `undefined` if it is empty. @throws {InvalidMessage} If a data object is missing or does not fit. */
export function decodeNafListEntry(record: Uint8Array): NafListEntry | undefined {
  const tlvs = decodeTlvs(record, FIELD)
  if (tlvs.length === 0) return undefined
  const nafId = findTlv(tlvs, TAG_NAF_ID)
  const btid = findTlv(tlvs, TAG_BTID)
  if (nafId === undefined || btid === undefined) {
    throw new InvalidMessage('without NAF_ID or B-TID', FIELD)
  }
  return { nafId, btid: fromUtf8(btid, FIELD) }
}
