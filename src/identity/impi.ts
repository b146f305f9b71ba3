/** IMPI: the private user identity that GBA keys are derived with. TS 23.003 13.3 */
import { InvalidMessage } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'

declare const brand: unique symbol

/** An IMPI that has been checked; its UTF-8 octets enter the key derivation as they are. */
export type Impi = string & { readonly [brand]: 'Impi' }

const NAI = /^[^\s"\\@\p{Cc}\p{Cs}]+@[^\s"\\@\p{Cc}\p{Cs}]+$/u
const MAX_OCTETS = 255
/** Without a port, which no IMPI has. */
const SIP_URI = /^sips?:([^:;?]+)(?:[;?].*)?$/isu

/** @throws {InvalidMessage} If the text is not a NAI (user@domain) of at most 255 octets. */
export function parseImpi(text: string, field = 'IMPI'): Impi {
  if (utf8(text).length > MAX_OCTETS) throw new InvalidMessage('over 255 octets', field)
  if (!NAI.test(text)) throw new InvalidMessage('not of the form user@domain', field)
  return text as Impi
}

/**
 * The IMPI that a public identity is made of: `sip:` and the same user and domain, as with the temporary public
 * identity of a USIM. Parameters and headers of the URI say nothing of who it is.
 *
 * @returns `undefined` if it is of another form, such as a telephone number, which no IMPI follows from.
 * @see TS 23.003 13.4B
 */
export function impiOfImpu(impu: string): Impi | undefined {
  const [, user] = SIP_URI.exec(impu) ?? []
  if (user === undefined) return undefined
  try {
    return parseImpi(user)
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}
