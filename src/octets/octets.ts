/**
 * Octet strings as plain `Uint8Array`, and their text forms.
 *
 * Text that comes from a peer is read strictly: one octet string has exactly one accepted hex (either
 * case) or base64 form (RFC 4648 4, canonical), so that two texts never name the same value by accident.
 */
import { timingSafeEqual } from 'node:crypto'
import { InvalidMessage } from '../errors/errors.ts'

const UTF8_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Up to here an array lies in the heap itself; a longer one costs 0.3 µs more, unless it is of the pool. */
const SHORT_OCTETS = 64
const HEX = /^(?:[0-9a-fA-F]{2})*$/

/** The octets of all parts, one after the other, in a new array. */
export function concatOctets(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = octetsToFill(length)
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** An array to be written over, all of it: what it holds until then is anything. */
export function octetsToFill(length: number): Uint8Array {
  return length <= SHORT_OCTETS ? new Uint8Array(length) : viewOf(Buffer.allocUnsafe(length))
}

/** Whether two octet strings are equal, in time that does not depend on where they differ. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** `a` XOR `b`. @throws {RangeError} If their lengths differ. */
export function xorOctets(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length !== b.length) throw new RangeError('XOR needs two octet strings of one length')
  const result = new Uint8Array(a.length)
  for (let n = 0; n < a.length; n++) result[n] = (a[n] as number) ^ (b[n] as number)
  return result
}

/** Lower-case hex. */
export function toHex(octets: Uint8Array): string {
  return asBuffer(octets).toString('hex')
}

/** Octets of a hex text in either case. @throws {InvalidMessage} Naming `field`, if it is not hex. */
export function fromHex(text: string, field = 'hex'): Uint8Array {
  if (!HEX.test(text)) throw new InvalidMessage('not an even number of hex digits', field)
  return new Uint8Array(Buffer.from(text, 'hex'))
}

/** A text of a character an octet (ISO 8859-1). */
export function toLatin1(octets: Uint8Array): string {
  return asBuffer(octets).toString('latin1')
}

/** Base64 with padding. RFC 4648 4 */
export function toBase64(octets: Uint8Array): string {
  return asBuffer(octets).toString('base64')
}

/**
 * Octets of canonical base64: standard alphabet, padded, no white space, unused bits zero.
 *
 * @throws {InvalidMessage} Naming `field`, if the text is any other.
 * @see RFC 4648 4
 */
export function fromBase64(text: string, field = 'base64'): Uint8Array {
  const octets = Buffer.from(text, 'base64')
  // The platform reads other forms too, but writes only this one; half as dear as to look at each digit.
  if (octets.toString('base64') !== text) throw new InvalidMessage('not canonical base64', field)
  return plain(octets)
}

/** UTF-8 octets of a text. */
export function utf8(text: string): Uint8Array {
  return (text.length <= SHORT_OCTETS ? shortAscii(text) : undefined) ?? plain(Buffer.from(text))
}

/** Without the pool, of which a new piece costs 8 µs. @returns `undefined` if the text is not ASCII. */
function shortAscii(text: string): Uint8Array | undefined {
  const octets = new Uint8Array(text.length)
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n)
    if (code > 0x7f) return undefined
    octets[n] = code
  }
  return octets
}

/** Text of UTF-8 octets; a byte order mark stays in it. @throws {InvalidMessage} If it is not UTF-8. */
export function fromUtf8(octets: Uint8Array, field = 'text'): string {
  try {
    return UTF8_DECODER.decode(octets)
  } catch (cause) {
    throw new InvalidMessage('not UTF-8', field, { cause })
  }
}

/** `lp(x)` of the design's section "Notation": 2-octet big-endian length of x, then x. */
export function lengthPrefixed(octets: Uint8Array): Uint8Array {
  const { length } = octets
  assertUint16(length)
  const whole = new Uint8Array(2 + length)
  whole[0] = length >> 8
  whole[1] = length & 0xff
  whole.set(octets, 2)
  return whole
}

/** Two octets, big-endian. @throws {RangeError} Outside 0 to 65535. */
export function uint16(value: number): Uint8Array {
  assertUint16(value)
  return Uint8Array.of(value >> 8, value & 0xff)
}

/** Four octets, big-endian. @throws {RangeError} Outside 0 to 2^32 - 1. */
export function uint32(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new RangeError(`${value} does not fit four octets`)
  }
  return Uint8Array.of(value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff)
}

/** Eight octets, big-endian. @throws {RangeError} Outside 0 to 2^64 - 1. */
export function uint64(value: bigint): Uint8Array {
  if (value < 0n || value >= 1n << 64n) throw new RangeError(`${value} does not fit eight octets`)
  const octets = new Uint8Array(8)
  new DataView(octets.buffer).setBigUint64(0, value)
  return octets
}

/**
 * Our own misuse, not a peer's: an argument of the wrong length.
 *
 * @throws {RangeError} If `octets` does not hold `length` octets (or one of several lengths).
 */
export function assertOctets(
  name: string,
  octets: Uint8Array,
  length: number | readonly number[],
): void {
  if (octets.length === length) return
  const allowed = typeof length === 'number' ? [length] : length
  if (!allowed.includes(octets.length)) {
    throw new RangeError(`${name} has ${octets.length} octets, not ${allowed.join(' or ')}`)
  }
}

function assertUint16(value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
    throw new RangeError(`${value} does not fit two octets`)
  }
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
}

/** Without the methods of a Buffer; what is short does not hold a piece of the pool. */
function plain(octets: Buffer): Uint8Array {
  return octets.length <= SHORT_OCTETS ? new Uint8Array(octets) : viewOf(octets)
}

function viewOf({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}
