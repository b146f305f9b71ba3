/**
 * EF_IMSI_M of a CSIM: the IMSI in the binary form of cdma2000. C.S0065 5.2.2, C.S0005 2.3.1
 *
 * From memory (CSIM is [M] 55 % in the GBA facts, section 12): class, IMSI_M_S2 (2 octets), IMSI_M_S1 (3),
 * IMSI_M_11_12, address number and the bit "programmed", MCC_M (2); all little-endian. Only IMSIs of 15
 * digits (class 0).
 */
import { InvalidMessage } from '../errors/errors.ts'
import { type Imsi, parseImsi } from '../identity/imsi.ts'
import { concatOctets } from '../octets/octets.ts'

const FILE_LENGTH = 10
const IMSI_DIGITS = 15
const PROGRAMMED = 0x80

/** Contents of EF_IMSI_M, 10 octets. @throws {RangeError} If the IMSI has not 15 digits. */
export function encodeEfImsiM(imsi: Imsi): Uint8Array {
  if (imsi.length !== IMSI_DIGITS) throw new RangeError('EF_IMSI_M holds IMSIs of 15 digits')
  const s1 =
    (packDigits(imsi.slice(8, 11)) << 14) |
    ((Number(imsi[11]) || 10) << 10) |
    packDigits(imsi.slice(12, 15))
  return concatOctets(
    Uint8Array.of(0),
    littleEndian(packDigits(imsi.slice(5, 8)), 2),
    littleEndian(s1, 3),
    Uint8Array.of(packDigits(imsi.slice(3, 5)), PROGRAMMED),
    littleEndian(packDigits(imsi.slice(0, 3)), 2),
  )
}

/** @throws {InvalidMessage} If the file is truncated, not programmed, of another class, or no IMSI. */
export function decodeEfImsiM(octets: Uint8Array): Imsi {
  if (octets.length < FILE_LENGTH) throw fail('truncated')
  const at = (index: number) => octets[index] as number
  if (at(0) !== 0) throw fail('not of class 0')
  if ((at(7) & PROGRAMMED) === 0) throw fail('not programmed')
  const s1 = at(3) | (at(4) << 8) | (at(5) << 16)
  const digit = (s1 >> 10) & 0xf
  if (digit < 1 || digit > 10) throw fail('not decimal digits')
  const digits = [
    unpackDigits(at(8) | ((at(9) & 0x03) << 8), 3),
    unpackDigits(at(6) & 0x7f, 2),
    unpackDigits(at(1) | ((at(2) & 0x03) << 8), 3),
    unpackDigits(s1 >> 14, 3),
    String(digit % 10),
    unpackDigits(s1 & 0x3ff, 3),
  ]
  if (digits.some((part) => part === undefined)) throw fail('not decimal digits')
  return parseImsi(digits.join(''), 'EF_IMSI_M')
}

/** C.S0005 2.3.1.1: a digit 0 counts as 10, and 111 (or 11) is taken off. */
function packDigits(digits: string): number {
  return Array.from(digits).reduce((sum, digit) => sum * 10 + (Number(digit) || 10) - 1, 0)
}

function unpackDigits(packed: number, count: number): string | undefined {
  if (packed >= 10 ** count) return undefined
  return Array.from(String(packed).padStart(count, '0'), (digit) => (Number(digit) + 1) % 10).join(
    '',
  )
}

function fail(reason: string): InvalidMessage {
  return new InvalidMessage(reason, 'EF_IMSI_M')
}

function littleEndian(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (value >> (8 * index)) & 0xff)
}
