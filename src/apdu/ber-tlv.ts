/**
 * BER-TLV data objects, as far as FCP, EF_DIR and the like need them: tags of one or two octets, lengths
 * of up to 65535 octets. ISO/IEC 8825-1 8.1, ISO/IEC 7816-4 5.2.2
 */
import { InvalidMessage } from '../errors/errors.ts'
import { OctetReader } from '../octets/octet-reader.ts'
import { concatOctets } from '../octets/octets.ts'

/** One data object. */
export interface Tlv {
  /** One or two octets as one number, for instance 0x62 or 0x7f20. */
  readonly tag: number
  readonly value: Uint8Array
}

const PADDING = 0xff
/** Stands between objects of some cards. ISO/IEC 7816-4 5.2.2 */
const FILLER = 0x00
const TWO_OCTET_TAG = 0x1f
const MAX_LENGTH = 0xffff

/** Tag, length, value. @throws {RangeError} If tag or length do not fit. */
export function encodeTlv(tag: number, value: Uint8Array): Uint8Array {
  return concatOctets(encodeTag(tag), encodeLength(value.length), value)
}

/**
 * All data objects of a string, one after the other; `FF` where a tag should be starts padding that runs
 * to the end, and `00` there is skipped.
 *
 * @param field Named by the error.
 * @throws {InvalidMessage} If an object is truncated, or its tag or length is of a form not read here.
 */
export function decodeTlvs(octets: Uint8Array, field: string): readonly Tlv[] {
  const reader = new OctetReader(octets)
  const found: Tlv[] = []
  for (let tlv = readTlv(reader, field); tlv !== undefined; tlv = readTlv(reader, field)) {
    found.push(tlv)
  }
  return found
}

/**
 * The value of the data object that a string starts with; what follows it is padding.
 *
 * @throws {InvalidMessage} If there is no whole object of that tag.
 */
export function decodeTlv(octets: Uint8Array, tag: number, field: string): Uint8Array {
  const first = readTlv(new OctetReader(octets), field)
  if (first?.tag !== tag) throw new InvalidMessage(`without tag ${tag.toString(16)}`, field)
  return first.value
}

/** The value of the first object with this tag. */
export function findTlv(tlvs: readonly Tlv[], tag: number): Uint8Array | undefined {
  return tlvs.find((tlv) => tlv.tag === tag)?.value
}

function readTlv(reader: OctetReader, field: string): Tlv | undefined {
  let first = FILLER
  while (first === FILLER) {
    if (reader.remaining === 0) return undefined
    first = reader.uint8(field)
  }
  if (first === PADDING) return undefined
  const tag = (first & TWO_OCTET_TAG) === TWO_OCTET_TAG ? longTag(first, reader, field) : first
  return { tag, value: reader.take(decodeLength(reader, field), field).slice() }
}

function longTag(first: number, reader: OctetReader, field: string): number {
  const second = reader.uint8(field)
  if (second >= 0x80) throw new InvalidMessage('a tag of three octets or more', field)
  return (first << 8) | second
}

function decodeLength(reader: OctetReader, field: string): number {
  const first = reader.uint8(field)
  if (first < 0x80) return first
  if (first === 0x81) return reader.uint8(field)
  if (first === 0x82) return reader.uint16(field)
  throw new InvalidMessage('a length of this form is not read', field)
}

function encodeTag(tag: number): Uint8Array {
  const isShort = tag > 0 && tag < 0xff && (tag & TWO_OCTET_TAG) !== TWO_OCTET_TAG
  if (isShort) return Uint8Array.of(tag)
  const isLong = tag >> 16 === 0 && ((tag >> 8) & TWO_OCTET_TAG) === TWO_OCTET_TAG
  if (!isLong || (tag & 0xff) >= 0x80 || tag >> 8 === PADDING) {
    throw new RangeError(`${tag} is no tag of one or two octets`)
  }
  return Uint8Array.of(tag >> 8, tag & 0xff)
}

function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  if (length <= 0xff) return Uint8Array.of(0x81, length)
  if (length > MAX_LENGTH) throw new RangeError('over 65535 octets in one data object')
  return Uint8Array.of(0x82, length >> 8, length & 0xff)
}
