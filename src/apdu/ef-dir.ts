/** EF_DIR: one record an application, with its AID and label. TS 102 221 13.1 */
import { concatOctets, fromUtf8, utf8 } from '../octets/octets.ts'
import { decodeTlv, decodeTlvs, encodeTlv, findTlv } from './ber-tlv.ts'
import { padded } from './padding.ts'

/** One application as EF_DIR lists it. */
export interface DirectoryEntry {
  /** 5 to 16 octets. */
  readonly aid: Uint8Array
  readonly label?: string
}

const TAG_APPLICATION_TEMPLATE = 0x61
const TAG_AID = 0x4f
const TAG_LABEL = 0x50

/** One record of `length` octets, padded with FF. @throws {RangeError} If the entry does not fit. */
export function encodeDirectoryEntry(entry: DirectoryEntry, length: number): Uint8Array {
  const label = entry.label === undefined ? [] : [encodeTlv(TAG_LABEL, utf8(entry.label))]
  const value = concatOctets(encodeTlv(TAG_AID, entry.aid), ...label)
  return padded(encodeTlv(TAG_APPLICATION_TEMPLATE, value), length)
}

/**
 * One record; `undefined` if it is empty or lists no AID. A label that is not UTF-8 is left out.
 *
 * @throws {InvalidMessage} If its data objects do not fit.
 */
export function decodeDirectoryEntry(record: Uint8Array): DirectoryEntry | undefined {
  if (record[0] !== TAG_APPLICATION_TEMPLATE) return undefined
  const template = decodeTlv(record, TAG_APPLICATION_TEMPLATE, 'EF_DIR')
  const tlvs = decodeTlvs(template, 'EF_DIR')
  const aid = findTlv(tlvs, TAG_AID)
  if (aid === undefined) return undefined
  const label = textOf(findTlv(tlvs, TAG_LABEL))
  return label === undefined ? { aid } : { aid, label }
}

function textOf(octets: Uint8Array | undefined): string | undefined {
  if (octets === undefined) return undefined
  try {
    return fromUtf8(octets)
  } catch {
    return undefined
  }
}
