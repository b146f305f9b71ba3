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
  /** @throws {RangeError | InvalidMessage} If `parse` would refuse the text. */
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
    format(value) {
      if (!isWithin(range, value.length)) throw new RangeError(`not ${describe(range)} octets`)
      return toBase64(value)
    },
    parse(text, field) {
      const value = fromBase64(text, field)
      if (!isWithin(range, value.length)) {
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
    format(value) {
      if (!Number.isInteger(value) || !isWithin(range, value)) {
        throw new RangeError(`not an integer of ${describe(range)}`)
      }
      return String(value)
    },
    parse(text, field) {
      const value = /^(?:0|[1-9][0-9]{0,9})$/.test(text) ? Number(text) : Number.NaN
      if (!isWithin(range, value)) {
        throw new InvalidMessage(`not an integer of ${describe(range)}`, field)
      }
      return value
    },
  }
}

/** Text without control characters. @param range Characters (code points). */
export function text(range: Range): Codec<string> {
  return asIs((value, field) => {
    const isAscii = /^[ -~]*$/.test(value)
    if (!isWithin(range, isAscii ? value.length : Array.from(value).length)) {
      throw new InvalidMessage(`not ${describe(range)} characters`, field)
    }
    if (!isAscii && /[\p{Cc}\p{Cs}]/u.test(value)) {
      throw new InvalidMessage('holds a control character', field)
    }
    return value
  })
}

/** Text of one form. @param form What the form is called in an error. */
export function matching(pattern: RegExp, form: string): Codec<string> {
  return asIs((value, field) => {
    if (!pattern.test(value)) throw new InvalidMessage(`not ${form}`, field)
    return value
  })
}

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Codec<T> {
  return asIs((value, field) => {
    const word = words.find((candidate) => candidate === value)
    if (word === undefined) throw new InvalidMessage(`not one of ${words.join(', ')}`, field)
    return word
  })
}

/** A list, separated by single spaces. @param range How many items; the empty text is the empty list. */
export function list<T>(item: Codec<T>, range: Range): Codec<readonly T[]> {
  const assertList = (items: readonly string[], field: string): void => {
    if (!isWithin(range, items.length)) {
      throw new InvalidMessage(`not ${describe(range)} items`, field)
    }
    if (new Set(items).size < items.length) throw new InvalidMessage('an item twice', field)
  }
  return {
    format(values) {
      const items = values.map((value) => item.format(value))
      if (items.some((one) => one === '' || one.includes(' '))) {
        throw new RangeError('an item of a list is empty or holds a space')
      }
      assertList(items, 'list')
      return items.join(' ')
    },
    parse(value, field) {
      const items = value === '' ? [] : value.split(' ')
      assertList(items, field)
      return items.map((one) => item.parse(one, field))
    },
  }
}

/** A value that is its own text. @param parse Gives back what it accepts. */
function asIs<T extends string>(parse: Codec<T>['parse']): Codec<T> {
  return {
    format(value) {
      parse(value, 'value')
      return value
    },
    parse,
  }
}

/** Design 4 */
export const entityId: Codec<EntityId> = asIs(parseEntityId)
/** An EntityID, or the URI of an application; callers compare it as text. Design 8 */
export const address: Codec<string> = asIs<string>(parseEntityId)
/** Design 4 */
export const userId: Codec<UserId> = asIs(parseUserId)
/** Plain text. Design 6 */
export const btid: Codec<Btid> = asIs(parseBtid)
/** Name of a BSF or NAF. */
export const fqdn: Codec<Fqdn> = asIs(parseFqdn)
/** 10 lower-case hex digits. Design 6 */
export const uaId: Codec<UaId> = asIs((value, field) => {
  const id = parseUaId(value, field)
  if (id !== value) throw new InvalidMessage('not in lower case', field)
  return id
})
/** M-6 */
export const status: Codec<Status> = {
  format(value) {
    if (!isStatus(value)) throw new RangeError('not a status')
    return String(value)
  },
  parse(value, field) {
    const number = integer({ min: 200, max: 599 }).parse(value, field)
    if (!isStatus(number)) throw new InvalidMessage('not a status', field)
    return number
  },
}

/** Not for what is no number. */
function isWithin({ min, max }: Range, value: number): boolean {
  return value >= min && value <= max
}

function describe({ min, max }: Range): string {
  return min === max ? `${min}` : `${min} to ${max}`
}
