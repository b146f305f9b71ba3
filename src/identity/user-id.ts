/** UserID: the account name of a CPNS User. Design 4. */
import { InvalidMessage } from '../errors/errors.ts'

declare const brand: unique symbol

/** A UserID that has been checked: 1 to 128 characters, NFC, case-sensitive. */
export type UserId = string & { readonly [brand]: 'UserId' }

const FORBIDDEN = /[\p{Cc}\p{Cs}]/u
const MAX_CHARACTERS = 128

/** @throws {InvalidMessage} Naming `field`; a text that is not NFC is refused, never changed. */
export function parseUserId(text: string, field = 'UserID'): UserId {
  const characters = Array.from(text).length
  if (characters === 0 || characters > MAX_CHARACTERS) {
    throw new InvalidMessage('not 1 to 128 characters', field)
  }
  if (FORBIDDEN.test(text)) throw new InvalidMessage('holds a control character', field)
  if (text.normalize('NFC') !== text) throw new InvalidMessage('not in normal form C', field)
  return text as UserId
}
