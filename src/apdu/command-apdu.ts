/**
 * Command APDUs in short form: header, then nothing (case 1), Le (case 2), Lc and data (case 3), or Lc,
 * data and Le (case 4). ISO/IEC 7816-3 12.1.3, TS 102 221 10.1
 */
import { InvalidMessage } from '../errors/errors.ts'
import { OctetReader } from '../octets/octet-reader.ts'
import { concatOctets } from '../octets/octets.ts'

/** One command APDU. */
export interface CommandApdu {
  /** Class octet. */
  readonly cla: number
  /** Instruction octet. */
  readonly ins: number
  readonly p1: number
  readonly p2: number
  /** 1 to 255 octets in cases 3 and 4; empty in cases 1 and 2. */
  readonly data: Uint8Array
  /** Most octets wanted in the answer, 1 to 256; absent in cases 1 and 3. */
  readonly le?: number
}

/** Most octets of data in one command of short form. */
export const MAX_COMMAND_DATA = 255

/** Le of a command that wants whatever there is: 00 in short form. */
export const MAX_LE = 256

/**
 * A whole command APDU.
 *
 * @throws {InvalidMessage} If the header is truncated, or Lc and the octets after it do not fit together
 * (the extended form is refused too: its Lc starts with a zero octet).
 */
export function decodeCommand(octets: Uint8Array): CommandApdu {
  const reader = new OctetReader(octets)
  const [cla, ins, p1, p2] = reader.take(4, 'header') as unknown as [number, number, number, number]
  const header = { cla, ins, p1, p2 }
  if (reader.remaining === 0) return { ...header, data: new Uint8Array(0) }
  const p3 = reader.uint8('P3')
  if (reader.remaining === 0) return { ...header, data: new Uint8Array(0), le: p3 || MAX_LE }
  if (p3 === 0) throw new InvalidMessage('zero, but octets follow', 'Lc')
  const data = reader.take(p3, 'data').slice()
  if (reader.remaining === 0) return { ...header, data }
  const le = reader.uint8('Le') || MAX_LE
  reader.end('Le')
  return { ...header, data, le }
}

/**
 * The octets of a command APDU; Lc and Le are written if there is something to write.
 *
 * @throws {RangeError} If a header octet, the data or Le do not fit the short form.
 */
export function encodeCommand(command: CommandApdu): Uint8Array {
  const { cla, ins, p1, p2, data, le } = command
  if (data.length > MAX_COMMAND_DATA) throw new RangeError('over 255 octets of command data')
  if (le !== undefined && !(Number.isInteger(le) && le >= 1 && le <= MAX_LE)) {
    throw new RangeError('Le is not 1 to 256')
  }
  for (const octet of [cla, ins, p1, p2]) {
    if (!Number.isInteger(octet) || octet < 0 || octet > 0xff) {
      throw new RangeError('a header octet is not 0 to 255')
    }
  }
  return concatOctets(
    Uint8Array.of(cla, ins, p1, p2),
    data.length === 0 ? data : Uint8Array.of(data.length),
    data,
    le === undefined ? new Uint8Array(0) : Uint8Array.of(le % MAX_LE),
  )
}
