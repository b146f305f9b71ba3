/** Writes ASN.1 values in DER, as far as a certificate needs them. ITU-T X.690 8, 10 */
import { concatOctets, utf8 } from '../../octets/octets.ts'

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** SEQUENCE of values that are encoded already. */
export function derSequence(...values: readonly Uint8Array[]): Uint8Array {
  return encode(TAG.sequence, ...values)
}

/** SET OF one value that is encoded already; more would have to be sorted. X.690 11.6 */
export function derSetOfOne(value: Uint8Array): Uint8Array {
  return encode(TAG.set, value)
}

/** TRUE; FALSE is a default that DER leaves out. X.690 11.5 */
export function derTrue(): Uint8Array {
  return encode(TAG.boolean, Uint8Array.of(0xff))
}

/** INTEGER that is not negative. @param octets Big-endian, at least one. */
export function derUnsigned(octets: Uint8Array): Uint8Array {
  const first = octets.findIndex((octet) => octet !== 0)
  const shortest = first < 0 ? Uint8Array.of(0) : octets.subarray(first)
  // The first bit is the sign.
  const sign = (shortest[0] as number) >= 0x80 ? Uint8Array.of(0) : new Uint8Array(0)
  return encode(TAG.integer, sign, shortest)
}

/** BIT STRING. @param unusedBits How many of the last octet's lowest bits do not count, 0 to 7. */
export function derBitString(octets: Uint8Array, unusedBits = 0): Uint8Array {
  return encode(TAG.bitString, Uint8Array.of(unusedBits), octets)
}

/** OCTET STRING. */
export function derOctetString(octets: Uint8Array): Uint8Array {
  return encode(TAG.octetString, octets)
}

/** UTF8String. */
export function derUtf8String(text: string): Uint8Array {
  return encode(TAG.utf8String, utf8(text))
}

/** OBJECT IDENTIFIER. @param dotted Two or more numbers, for instance `1.2.840.10045.4.3.2`. */
export function derObjectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const subidentifiers = [40 * first + second, ...rest].flatMap(base128)
  return encode(TAG.objectIdentifier, Uint8Array.from(subidentifiers))
}

/**
 * Time as a certificate has it: UTCTime to the end of 2049, GeneralizedTime after. RFC 5280 4.1.2.5
 *
 * @param timeMs UTC milliseconds, cut to the second.
 */
export function derTime(timeMs: number): Uint8Array {
  const digits = new Date(timeMs).toISOString().slice(0, 19).replace(/\D/g, '')
  return digits < '2050'
    ? encode(TAG.utcTime, utf8(`${digits.slice(2)}Z`))
    : encode(TAG.generalizedTime, utf8(`${digits}Z`))
}

/** A value under an explicit context tag. @param number 0 to 30. */
export function derExplicit(number: number, value: Uint8Array): Uint8Array {
  return encode(0xa0 | number, value)
}

/** The octets of a primitive value under an implicit context tag. @param number 0 to 30. */
export function derImplicit(number: number, octets: Uint8Array): Uint8Array {
  return encode(0x80 | number, octets)
}

function encode(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, content) => sum + content.length, 0)
  return concatOctets(Uint8Array.of(tag, ...encodeLength(length)), ...contents)
}

/** X.690 8.1.3: one octet below 128, else the number of length octets and these. */
function encodeLength(length: number): number[] {
  if (length < 0x80) return [length]
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [0x80 | octets.length, ...octets]
}

/** Seven bits an octet, the first bit set on all but the last. X.690 8.19.2 */
function base128(value: number): number[] {
  const octets = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift(0x80 | (rest % 128))
  }
  return octets
}
