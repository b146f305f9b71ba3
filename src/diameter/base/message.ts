/** Diameter messages as octets: the header of 20 octets, then AVPs. RFC 6733 3 */
import type { Avp } from './avp.ts'
import { decodeAvps, octetsOfAvps, writeAvps } from './avp-codec.ts'
import { DiameterFailure } from './diameter-failure.ts'

/** What ties an answer to its request. RFC 6733 3 */
export interface MessageIds {
  /** Of one connection: a relay puts its own in place of it. */
  readonly hopByHop: number
  /** From end to end; with Origin-Host it names a request. */
  readonly endToEnd: number
}

/** The header of a message, but for version and length. */
export interface MessageHeader extends MessageIds {
  readonly commandCode: number
  readonly applicationId: number
  /** R flag. */
  readonly request: boolean
  /** P flag: a relay may pass it on. */
  readonly proxiable: boolean
  /** E flag: the answer says that the protocol failed, and need not have the AVPs of its command. */
  readonly error: boolean
  /** T flag: the request may have been sent before. RFC 6733 5.5.4 */
  readonly retransmitted: boolean
}

/** A message. */
export interface DiameterMessage extends MessageHeader {
  readonly avps: readonly Avp[]
}

/** Octets of a header. */
export const HEADER_OCTETS = 20
/** Octets of a whole message. A limit of this implementation: a GUSS fits many times. */
export const MAX_MESSAGE_OCTETS = 65_536
/** The only version there is. */
export const VERSION = 1

const FLAG_REQUEST = 0x80
const FLAG_PROXIABLE = 0x40
const FLAG_ERROR = 0x20
const FLAG_RETRANSMITTED = 0x10

/** @throws {RangeError} If the message is over `MAX_MESSAGE_OCTETS`. RFC 6733 3 */
export function encodeMessage(message: DiameterMessage): Uint8Array {
  const length = HEADER_OCTETS + octetsOfAvps(message.avps)
  if (length > MAX_MESSAGE_OCTETS) throw new RangeError(`a message of ${length} octets`)
  const octets = new Uint8Array(length)
  const view = new DataView(octets.buffer)
  view.setUint32(0, VERSION * 2 ** 24 + length)
  view.setUint32(4, flagsOf(message) * 2 ** 24 + message.commandCode)
  view.setUint32(8, message.applicationId)
  view.setUint32(12, message.hopByHop)
  view.setUint32(16, message.endToEnd)
  writeAvps(message.avps, octets, HEADER_OCTETS)
  return octets
}

/**
 * One whole message.
 *
 * @throws {DiameterFailure} 5011, 5015, 3008 for a wrong header; for wrong AVPs as `decodeAvps`.
 * @see RFC 6733 3
 */
export function decodeMessage(octets: Uint8Array): DiameterMessage {
  if (octets.length < HEADER_OCTETS || messageLength(octets) !== octets.length) {
    const what = { reason: 'impossible length', field: 'message' }
    throw new DiameterFailure('DIAMETER_INVALID_MESSAGE_LENGTH', what)
  }
  const header = decodeHeader(octets)
  if (header.request && header.error) {
    const what = { reason: 'a request that is an error', field: 'command flags' }
    throw new DiameterFailure('DIAMETER_INVALID_HDR_BITS', what)
  }
  return { ...header, avps: decodeAvps(octets.subarray(HEADER_OCTETS)) }
}

/**
 * The header alone, whatever follows it: enough to answer a message that cannot be read. Reserved flags
 * are not looked at. RFC 6733 3
 *
 * @param octets At least 20. @throws {RangeError} If there are fewer.
 */
export function decodeHeader(octets: Uint8Array): MessageHeader {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
  const flags = view.getUint8(4)
  return {
    commandCode: view.getUint32(4) & 0xffffff,
    applicationId: view.getUint32(8),
    request: (flags & FLAG_REQUEST) !== 0,
    proxiable: (flags & FLAG_PROXIABLE) !== 0,
    error: (flags & FLAG_ERROR) !== 0,
    retransmitted: (flags & FLAG_RETRANSMITTED) !== 0,
    hopByHop: view.getUint32(12),
    endToEnd: view.getUint32(16),
  }
}

/**
 * The length that a message says it has: a multiple of four from 20 to `MAX_MESSAGE_OCTETS`.
 *
 * @param octets The first four, at least.
 * @throws {DiameterFailure} 5011 if the version is another, 5015 if the length is.
 */
export function messageLength(octets: Uint8Array): number {
  const [version, high = 0, middle = 0, low = 0] = octets
  if (version !== VERSION) {
    const what = { reason: 'not version 1', field: 'message' }
    throw new DiameterFailure('DIAMETER_UNSUPPORTED_VERSION', what)
  }
  const length = (high << 16) | (middle << 8) | low
  if (length < HEADER_OCTETS || length % 4 !== 0 || length > MAX_MESSAGE_OCTETS) {
    const what = { reason: 'impossible length', field: 'message' }
    throw new DiameterFailure('DIAMETER_INVALID_MESSAGE_LENGTH', what)
  }
  return length
}

function flagsOf({ request, proxiable, error, retransmitted }: MessageHeader): number {
  return (
    (request ? FLAG_REQUEST : 0) |
    (proxiable ? FLAG_PROXIABLE : 0) |
    (error ? FLAG_ERROR : 0) |
    (retransmitted ? FLAG_RETRANSMITTED : 0)
  )
}
