/** EF_GBABP: the bootstrapping run that a card holds. TS 31.102 4.2.79, TS 31.103 4.2.9 */
import { InvalidMessage } from '../errors/errors.ts'
import { OctetReader } from '../octets/octet-reader.ts'
import { concatOctets, fromUtf8, utf8 } from '../octets/octets.ts'
import { padded } from './padding.ts'

/** Contents of EF_GBABP; the card writes RAND, the terminal the other two. */
export interface GbaBootstrapFile {
  /** RAND of the bootstrapping run, 16 octets; empty before the first one. */
  readonly rand: Uint8Array
  /** B-TID; empty until the terminal has written it. */
  readonly btid: string
  /** Key lifetime as the terminal wrote it; empty until then. */
  readonly keyLifetime: string
}

const NEVER_WRITTEN = 0xff
const FIELD = 'EF_GBABP'

/** L RAND L B-TID L lifetime, in a file of `length` octets. @throws {RangeError} If they do not fit. */
export function encodeEfGbabp(file: GbaBootstrapFile, length: number): Uint8Array {
  const values = [file.rand, utf8(file.btid), utf8(file.keyLifetime)]
  if (values.some((value) => value.length > 0xff)) {
    throw new RangeError('over 255 octets behind a one-octet length')
  }
  const parts = values.flatMap((value) => [Uint8Array.of(value.length), value])
  return padded(concatOctets(...parts), length)
}

/**
 * @returns Empty parts where nothing was written yet: a file of FF, or one that ends or turns to FF after
 * RAND or B-TID.
 * @throws {InvalidMessage} If a length does not fit, or a text is not UTF-8.
 */
export function decodeEfGbabp(octets: Uint8Array): GbaBootstrapFile {
  const reader = new OctetReader(octets)
  const rand = readPart(reader).slice()
  const btid = fromUtf8(readPart(reader), FIELD)
  return { rand, btid, keyLifetime: fromUtf8(readPart(reader), FIELD) }
}

function readPart(reader: OctetReader): Uint8Array {
  if (reader.remaining === 0) return new Uint8Array(0)
  const length = reader.uint8(FIELD)
  if (length > reader.remaining) {
    if (length === NEVER_WRITTEN) return reader.takeRest().subarray(0, 0)
    throw new InvalidMessage('a length does not fit', FIELD)
  }
  return reader.take(length, FIELD)
}
