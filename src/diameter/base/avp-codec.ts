/**
 * AVPs as octets: code, flags, length, vendor, data, padding to four octets. RFC 6733 4.1
 *
 * A group is data like any other here; only who knows its declaration looks into it (`avp-rules.ts`).
 */
import { concatOctets } from '../../octets/octets.ts'
import type { Avp } from './avp.ts'
import { DiameterFailure } from './diameter-failure.ts'

/** AVPs in one message, or in one group. A limit of this implementation. */
export const MAX_AVPS = 256

const FLAG_VENDOR = 0x80
const FLAG_MANDATORY = 0x40
const FLAG_PROTECTED = 0x20
const KNOWN_FLAGS = FLAG_VENDOR | FLAG_MANDATORY | FLAG_PROTECTED
const HEADER_OCTETS = 8
const VENDOR_OCTETS = 4
const MAX_LENGTH = 0xffffff

/** Octets that AVPs take, each with its padding. */
export function octetsOfAvps(avps: readonly Avp[]): number {
  return avps.reduce((octets, avp) => octets + padded(lengthOf(avp)), 0)
}

/** AVPs as octets, each padded. RFC 6733 4.1 @throws {RangeError} If one is over 2^24 - 1 octets. */
export function encodeAvps(avps: readonly Avp[]): Uint8Array {
  const octets = new Uint8Array(octetsOfAvps(avps))
  writeAvps(avps, octets, 0)
  return octets
}

/**
 * Writes AVPs into `octets` from `start`.
 *
 * @throws {RangeError} If one is over 2^24 - 1 octets, or there is no room.
 */
export function writeAvps(avps: readonly Avp[], octets: Uint8Array, start: number): void {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
  let at = start
  for (const avp of avps) {
    const length = lengthOf(avp)
    if (length > MAX_LENGTH) throw new RangeError(`AVP ${avp.code} is over ${MAX_LENGTH} octets`)
    const isVendors = avp.vendorId !== 0
    const flags = (isVendors ? FLAG_VENDOR : 0) | (avp.mandatory ? FLAG_MANDATORY : 0)
    view.setUint32(at, avp.code)
    view.setUint32(at + 4, flags * 2 ** 24 + length)
    if (isVendors) view.setUint32(at + HEADER_OCTETS, avp.vendorId)
    octets.set(avp.data, at + length - avp.data.length)
    at += padded(length)
  }
}

/**
 * All AVPs of a message or group; their data are views.
 *
 * @throws {DiameterFailure} 5014 if a length does not fit, 3009 if a flag is set that nobody defined,
 *   5012 over `MAX_AVPS`.
 * @see RFC 6733 4.1
 */
export function decodeAvps(octets: Uint8Array): Avp[] {
  return [...avpsIn(octets)]
}

/** The AVPs before the first that is wrong: what the answer to a broken request can repeat. RFC 6733 6.2 */
export function decodeReadableAvps(octets: Uint8Array): Avp[] {
  const avps: Avp[] = []
  try {
    for (const avp of avpsIn(octets)) avps.push(avp)
  } catch (error) {
    if (!(error instanceof DiameterFailure)) throw error
  }
  return avps
}

function* avpsIn(octets: Uint8Array): Generator<Avp, void> {
  let count = 0
  for (let rest = octets; rest.length > 0; ) {
    count += 1
    if (count > MAX_AVPS) {
      const what = { reason: `over ${MAX_AVPS} AVPs`, field: 'message' }
      throw new DiameterFailure('DIAMETER_UNABLE_TO_COMPLY', what)
    }
    const { avp, end } = decodeAvp(rest)
    yield avp
    rest = rest.subarray(end)
  }
}

/** The AVP at the start, and where the next one begins. */
function decodeAvp(octets: Uint8Array): { readonly avp: Avp; readonly end: number } {
  const { code, vendorId, flags, length, headerOctets } = readHeader(octets)
  const end = padded(length)
  if (length < headerOctets || end > octets.length) {
    // The header, with no more than what may be there. RFC 6733 7.1.5
    throw new DiameterFailure(
      'DIAMETER_INVALID_AVP_LENGTH',
      { reason: 'impossible length', field: `AVP ${code}` },
      { failedAvp: { code, vendorId, mandatory: isMandatory(flags), data: new Uint8Array(0) } },
    )
  }
  const data = octets.subarray(headerOctets, length)
  const avp = { code, vendorId, mandatory: isMandatory(flags), data }
  if ((flags & ~KNOWN_FLAGS) !== 0) {
    throw new DiameterFailure(
      'DIAMETER_INVALID_AVP_BITS',
      { reason: 'unknown flag', field: `AVP ${code}` },
      { failedAvp: avp },
    )
  }
  return { avp, end }
}

/** What is left, read as if zeros followed it. */
function readHeader(octets: Uint8Array) {
  const most = HEADER_OCTETS + VENDOR_OCTETS
  const header =
    octets.length < most ? concatOctets(octets, new Uint8Array(most - octets.length)) : octets
  const view = new DataView(header.buffer, header.byteOffset, most)
  const flags = view.getUint8(4)
  const isVendors = (flags & FLAG_VENDOR) !== 0
  return {
    code: view.getUint32(0),
    flags,
    length: view.getUint32(4) & MAX_LENGTH,
    vendorId: isVendors ? view.getUint32(HEADER_OCTETS) : 0,
    headerOctets: isVendors ? most : HEADER_OCTETS,
  }
}

function isMandatory(flags: number): boolean {
  return (flags & FLAG_MANDATORY) !== 0
}

function lengthOf({ vendorId, data }: Avp): number {
  return HEADER_OCTETS + (vendorId === 0 ? 0 : VENDOR_OCTETS) + data.length
}

function padded(length: number): number {
  return (length + 3) & ~3
}
