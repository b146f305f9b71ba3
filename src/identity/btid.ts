/**
 * B-TID = base64(RAND) "@" BSF server name. TS 33.220 4.5.2, TS 23.003 16.2
 *
 * It is public, an index and not a secret, and it holds "/", "+" and "=".
 */
import { InvalidMessage } from '../errors/errors.ts'
import { assertOctets, fromBase64, toBase64 } from '../octets/octets.ts'
import { type Fqdn, parseFqdn } from './fqdn.ts'

declare const brand: unique symbol

/** A B-TID that has been checked. */
export type Btid = string & { readonly [brand]: 'Btid' }

/** The two halves of a B-TID. */
export interface BtidParts {
  /** 16 octets. */
  readonly rand: Uint8Array
  readonly bsfName: Fqdn
}

const RAND_LENGTH = 16

/** @param parts.rand 16 octets. @throws {RangeError} If RAND has another length. */
export function formatBtid(parts: BtidParts): Btid {
  assertOctets('RAND', parts.rand, RAND_LENGTH)
  return `${toBase64(parts.rand)}@${parts.bsfName}` as Btid
}

/** @throws {InvalidMessage} If the text is not canonical base64 of 16 octets, "@" and a domain name. */
export function parseBtid(text: string, field = 'B-TID'): Btid {
  return formatBtid(splitBtid(text, field))
}

/** The halves of a B-TID. @throws {InvalidMessage} As `parseBtid`. */
export function splitBtid(text: string, field = 'B-TID'): BtidParts {
  const at = text.indexOf('@')
  if (at < 0) throw new InvalidMessage('without "@"', field)
  const rand = fromBase64(text.slice(0, at), field)
  if (rand.length !== RAND_LENGTH) throw new InvalidMessage('RAND is not 16 octets', field)
  return { rand, bsfName: parseFqdn(text.slice(at + 1), field) }
}
