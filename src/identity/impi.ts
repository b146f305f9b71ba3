/** IMPI: the private user identity that GBA keys are derived with. TS 23.003 13.3 */
import { InvalidMessage } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'

declare const brand: unique symbol

/** An IMPI that has been checked; its UTF-8 octets enter the key derivation as they are. */
export type Impi = string & { readonly [brand]: 'Impi' }

const NAI = /^[^\s"\\@\p{Cc}\p{Cs}]+@[^\s"\\@\p{Cc}\p{Cs}]+$/u
const MAX_OCTETS = 255

/** @throws {InvalidMessage} If the text is not a NAI (user@domain) of at most 255 octets. */
export function parseImpi(text: string, field = 'IMPI'): Impi {
  if (utf8(text).length > MAX_OCTETS) throw new InvalidMessage('over 255 octets', field)
  if (!NAI.test(text)) throw new InvalidMessage('not of the form user@domain', field)
  return text as Impi
}
