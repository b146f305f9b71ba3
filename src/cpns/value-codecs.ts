/**
 * Text forms of the values in CPNS messages. Design 6: every value has a limit, base64 is canonical,
 * integers are decimal without sign or leading zero, lists are separated by one space.
 */
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { type Btid, parseBtid } from '../identity/btid.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { type Fqdn, parseFqdn } from '../identity/fqdn.ts'
import { parseUaId, type UaId } from '../identity/naf-id.ts'
import { parseUserId, type UserId } from '../identity/user-id.ts'
import { fromBase64, toBase64 } from '../octets/octets.ts'
import { isStatus, type Status } from './status.ts'

/** How one kind of value is written as text and read back. */
export interface Codec<T> {
  /** Does not judge, where `parse` of the text does. */
  format(value: T): string
  /** @throws {InvalidMessage} Naming `field`, if the text is no value of this kind. */
  parse(text: string, field: string): T
}

interface Range {
  readonly min: number
  readonly max: number
}

/** Octets as base64. RFC 4648 4 @param range How many. */
export function octets(range: Range): Codec<Uint8Array> {
  return {
    format: toBase64,
    parse(text, field) {
      const value = fromBase64(text, field)
      if (value.length < range.min || value.length > range.max) {
        throw new InvalidMessage(`not ${describe(range)} octets`, field)
      }
      return value
    },
  }
}

/** A key as base64 of exactly `length` octets; nothing shows it. K-5 */
export function secretOctets(length: number): Codec<Secret> {
  const codec = octets({ min: length, max: length })
  return {
    format: (value) => codec.format(value.reveal()),
    parse: (text, field) => Secret.of(codec.parse(text, field)),
  }
}

/** A whole number in canonical decimal. */
export function integer(range: Range): Codec<number> {
  return {
    format: String,
    parse(text, field) {
      const value = /^(?:0|[1-9][0-9]{0,9})$/.test(text) ? Number(text) : Number.NaN
      if (!(value >= range.min && value <= range.max)) {
        throw new InvalidMessage(`not an integer of ${describe(range)}`, field)
      }
      return value
    },
  }
}

/** Text without control characters. @param range Characters (code points). */
export function text(range: Range): Codec<string> {
  return {
    format: (value) => value,
    parse(value, field) {
      const characters = Array.from(value).length
      if (characters < range.min || characters > range.max) {
        throw new InvalidMessage(`not ${describe(range)} characters`, field)
      }
      if (/[\p{Cc}\p{Cs}]/u.test(value)) {
        throw new InvalidMessage('holds a control character', field)
      }
      return value
    },
  }
}

/** Text of one form. @param form What the form is called in an error. */
export function matching(pattern: RegExp, form: string): Codec<string> {
  return {
    format: (value) => value,
    parse(value, field) {
      if (!pattern.test(value)) throw new InvalidMessage(`not ${form}`, field)
      return value
    },
  }
}

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Codec<T> {
  return {
    format: (value) => value,
    parse(value, field) {
      const word = words.find((candidate) => candidate === value)
      if (word === undefined) throw new InvalidMessage(`not one of ${words.join(', ')}`, field)
      return word
    },
  }
}

/** A list, separated by single spaces. @param range How many items; the empty text is the empty list. */
export function list<T>(item: Codec<T>, range: Range): Codec<readonly T[]> {
  return {
    format(values) {
      const items = values.map((value) => item.format(value))
      if (items.some((one) => one === '' || one.includes(' '))) {
        throw new RangeError('an item of a list is empty or holds a space')
      }
      return items.join(' ')
    },
    parse(value, field) {
      const items = value === '' ? [] : value.split(' ')
      if (items.length < range.min || items.length > range.max) {
        throw new InvalidMessage(`not ${describe(range)} items`, field)
      }
      if (new Set(items).size < items.length) throw new InvalidMessage('an item twice', field)
      return items.map((one) => item.parse(one, field))
    },
  }
}

const asIs = (value: string): string => value

/** Design 4 */
export const entityId: Codec<EntityId> = { format: asIs, parse: parseEntityId }
/** An EntityID, or the URI of an application; callers compare it as text. Design 8 */
export const address: Codec<string> = { format: asIs, parse: parseEntityId }
/** Design 4 */
export const userId: Codec<UserId> = { format: asIs, parse: parseUserId }
/** Plain text. Design 6 */
export const btid: Codec<Btid> = { format: asIs, parse: parseBtid }
/** Name of a BSF or NAF. */
export const fqdn: Codec<Fqdn> = { format: asIs, parse: parseFqdn }
/** 10 lower-case hex digits. Design 6 */
export const uaId: Codec<UaId> = {
  format: asIs,
  parse(value, field) {
    const id = parseUaId(value, field)
    if (id !== value) throw new InvalidMessage('not in lower case', field)
    return id
  },
}
/** M-6 */
export const status: Codec<Status> = {
  format: String,
  parse(value, field) {
    const number = integer({ min: 200, max: 599 }).parse(value, field)
    if (!isStatus(number)) throw new InvalidMessage('not a status', field)
    return number
  },
}

function describe({ min, max }: Range): string {
  return min === max ? `${min}` : `${min} to ${max}`
}
