/** EntityID: names one CPNS entity. Design 4: a URI of at most 255 octets of UTF-8, compared octet by octet. */
import { InvalidMessage } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'

declare const brand: unique symbol

/** An EntityID that has been checked. */
export type EntityId = string & { readonly [brand]: 'EntityId' }

const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`\p{Cc}\p{Cs}]+$/u
const MAX_OCTETS = 255
/** A unit of a JavaScript string has at most three octets in UTF-8. */
const SURELY_SHORT = MAX_OCTETS / 3

/** @throws {InvalidMessage} Naming `field`, if the text is not a URI of at most 255 octets. */
export function parseEntityId(text: string, field = 'EntityID'): EntityId {
  const isLong = text.length > SURELY_SHORT && utf8(text).length > MAX_OCTETS
  if (isLong) throw new InvalidMessage('over 255 octets', field)
  if (!URI.test(text)) throw new InvalidMessage('not a URI', field)
  return text as EntityId
}
