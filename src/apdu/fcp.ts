/** File control parameters, the answer to SELECT. TS 102 221 11.1.1.3 and 11.1.1.4 */
import { InvalidMessage } from '../errors/errors.ts'
import { concatOctets, uint16 } from '../octets/octets.ts'
import { decodeTlv, decodeTlvs, encodeTlv, findTlv } from './ber-tlv.ts'

/** Reference to the access rules of a file: a record of an EF_ARR. TS 102 221 9.2.7 */
export interface AccessRuleReference {
  /** File identifier of EF_ARR. */
  readonly fileId: number
  /** From 1. */
  readonly record: number
}

/** State of one PIN as the PS template shows it. TS 102 221 9.5.2 */
export interface PinStatus {
  /** Key reference, for instance 0x01 (PIN), 0x81 (PIN2). */
  readonly keyReference: number
  readonly enabled: boolean
}

/** Parameters of MF, a DF or an ADF. */
export interface DirectoryParameters {
  readonly kind: 'directory'
  /** Absent with an ADF, which has an AID. */
  readonly fileId?: number
  readonly aid?: Uint8Array
  readonly access: AccessRuleReference
  readonly pins: readonly PinStatus[]
}

/** Parameters of an EF. */
export interface FileParameters {
  readonly kind: 'transparent' | 'linear-fixed'
  readonly fileId: number
  /** Octets of the whole file. */
  readonly size: number
  /** Octets of one record; linear fixed files only. */
  readonly recordLength?: number
  /** Short file identifier, 1 to 30. */
  readonly sfi?: number
  readonly access: AccessRuleReference
}

/** What a terminal needs of an answer to SELECT. */
export interface SelectedFile {
  readonly kind: 'transparent' | 'linear-fixed' | 'cyclic' | 'directory'
  /** Octets of the whole file, if the card says so. */
  readonly size?: number
  readonly recordLength?: number
  readonly recordCount?: number
}

const TAG_FCP = 0x62
const TAG_FILE_SIZE = 0x80
const TAG_FILE_DESCRIPTOR = 0x82
const TAG_FILE_ID = 0x83
const TAG_DF_NAME = 0x84
const TAG_SHORT_FILE_ID = 0x88
const TAG_LIFE_CYCLE = 0x8a
const TAG_SECURITY_REFERENCED = 0x8b
const TAG_PROPRIETARY = 0xa5
const TAG_PIN_STATUS = 0xc6
const TAG_PIN_ENABLED_BITS = 0x90
const TAG_KEY_REFERENCE = 0x83
const TAG_CHARACTERISTICS = 0x80

/** Clock stop allowed, all supply voltage classes. TS 102 221 11.1.1.4.6.1 */
const CHARACTERISTICS = Uint8Array.of(0x71)
const OPERATIONAL_ACTIVATED = Uint8Array.of(0x05)
const DATA_CODING = 0x21
const DESCRIPTOR = { directory: 0x78, transparent: 0x41, 'linear-fixed': 0x42 } as const
const STRUCTURES: Readonly<Record<number, SelectedFile['kind']>> = {
  1: 'transparent',
  2: 'linear-fixed',
  6: 'cyclic',
}

/** The FCP template of MF, a DF or an ADF. TS 102 221 11.1.1.3.1 */
export function encodeDirectoryFcp(parameters: DirectoryParameters): Uint8Array {
  const { fileId, aid, access, pins } = parameters
  return encodeTlv(
    TAG_FCP,
    concatOctets(
      encodeTlv(TAG_FILE_DESCRIPTOR, Uint8Array.of(DESCRIPTOR.directory, DATA_CODING)),
      fileId === undefined ? nothing() : encodeTlv(TAG_FILE_ID, uint16(fileId)),
      aid === undefined ? nothing() : encodeTlv(TAG_DF_NAME, aid),
      encodeTlv(TAG_PROPRIETARY, encodeTlv(TAG_CHARACTERISTICS, CHARACTERISTICS)),
      encodeTlv(TAG_LIFE_CYCLE, OPERATIONAL_ACTIVATED),
      encodeAccess(access),
      encodePinStatus(pins),
    ),
  )
}

/** The FCP template of an EF. TS 102 221 11.1.1.3.2 */
export function encodeFileFcp(parameters: FileParameters): Uint8Array {
  const { kind, fileId, size, recordLength, sfi, access } = parameters
  const records =
    recordLength === undefined
      ? nothing()
      : concatOctets(uint16(recordLength), Uint8Array.of(size / recordLength))
  const descriptor = concatOctets(Uint8Array.of(DESCRIPTOR[kind], DATA_CODING), records)
  return encodeTlv(
    TAG_FCP,
    concatOctets(
      encodeTlv(TAG_FILE_DESCRIPTOR, descriptor),
      encodeTlv(TAG_FILE_ID, uint16(fileId)),
      encodeTlv(TAG_LIFE_CYCLE, OPERATIONAL_ACTIVATED),
      encodeAccess(access),
      encodeTlv(TAG_FILE_SIZE, uint16(size)),
      encodeTlv(TAG_SHORT_FILE_ID, sfi === undefined ? nothing() : Uint8Array.of(sfi << 3)),
    ),
  )
}

/** Structure and size out of any card's FCP template; unknown objects are ignored. @throws {InvalidMessage} */
export function decodeFcp(octets: Uint8Array): SelectedFile {
  const tlvs = decodeTlvs(decodeTlv(octets, TAG_FCP, 'FCP'), 'FCP')
  const descriptor = findTlv(tlvs, TAG_FILE_DESCRIPTOR) ?? nothing()
  const kind = kindOf(descriptor)
  const sizeOctets = findTlv(tlvs, TAG_FILE_SIZE)
  const size = sizeOctets && numberOf(sizeOctets)
  return {
    kind,
    ...(size === undefined ? {} : { size }),
    ...(kind === 'linear-fixed' || kind === 'cyclic' ? recordsOf(descriptor) : {}),
  }
}

/**
 * The PINs of a directory out of any card's FCP template, in the order of the card; none if it does not say.
 * Usage qualifiers and unknown objects are ignored.
 *
 * @throws {InvalidMessage} If it is no FCP template. @see TS 102 221 9.5.2
 */
export function decodePinStatus(octets: Uint8Array): readonly PinStatus[] {
  const template = findTlv(decodeTlvs(decodeTlv(octets, TAG_FCP, 'FCP'), 'FCP'), TAG_PIN_STATUS)
  if (template === undefined) return []
  const tlvs = decodeTlvs(template, 'PS template')
  const bits = findTlv(tlvs, TAG_PIN_ENABLED_BITS) ?? nothing()
  return tlvs
    .filter(({ tag, value }) => tag === TAG_KEY_REFERENCE && value.length === 1)
    .map(({ value: [keyReference = 0] }, index) => ({
      keyReference,
      enabled: (((bits[index >> 3] ?? 0) >> (7 - (index & 7))) & 1) === 1,
    }))
}

function kindOf(descriptor: Uint8Array): SelectedFile['kind'] {
  const first = descriptor[0]
  if (first === undefined) throw new InvalidMessage('without file descriptor', 'FCP')
  if ((first & 0x38) === 0x38) return 'directory'
  const kind = STRUCTURES[first & 0x07]
  if (kind === undefined) throw new InvalidMessage('of an unknown structure', 'file descriptor')
  return kind
}

/** Five octets on a UICC; other cards leave some out, or have two for the count. ISO/IEC 7816-4 5.3.3 */
function recordsOf(descriptor: Uint8Array): Pick<SelectedFile, 'recordLength' | 'recordCount'> {
  const length = descriptor.subarray(2, 4)
  const count = descriptor.subarray(4, 6)
  return {
    ...(length.length > 0 && { recordLength: numberOf(length) }),
    ...(count.length > 0 && { recordCount: numberOf(count) }),
  }
}

function numberOf(octets: Uint8Array): number {
  return octets.reduce((value, octet) => value * 256 + octet, 0)
}

function encodeAccess({ fileId, record }: AccessRuleReference): Uint8Array {
  return encodeTlv(TAG_SECURITY_REFERENCED, concatOctets(uint16(fileId), Uint8Array.of(record)))
}

/** PS template: one bit a PIN, in the order of the key references that follow. TS 102 221 9.5.2 */
function encodePinStatus(pins: readonly PinStatus[]): Uint8Array {
  const bits = pins.reduce((byte, { enabled }, index) => byte | (Number(enabled) << (7 - index)), 0)
  const references = pins.map(({ keyReference }) =>
    encodeTlv(TAG_KEY_REFERENCE, Uint8Array.of(keyReference)),
  )
  return encodeTlv(
    TAG_PIN_STATUS,
    concatOctets(encodeTlv(TAG_PIN_ENABLED_BITS, Uint8Array.of(bits)), ...references),
  )
}

function nothing(): Uint8Array {
  return new Uint8Array(0)
}
