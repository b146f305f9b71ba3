/** Times as XML writes them, for key lifetimes on Ub and on the card. XML Schema Part 2, 3.2.7 */
import { InvalidMessage } from '../errors/errors.ts'

const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/

/** The same second is asked for again and again. */
const MOST_REMEMBERED = 256
const texts = new Map<number, string>()
const times = new Map<string, number>()

/** `2026-11-24T10:00:00Z`: UTC, whole seconds. @param atMs UTC milliseconds; a part of a second is cut. */
export function formatXmlDateTime(atMs: number): string {
  return remembered(texts, Math.floor(atMs / 1000), writeSecond)
}

function writeSecond(second: number): string {
  return `${new Date(second * 1000).toISOString().slice(0, 19)}Z`
}

/**
 * UTC milliseconds of an xs:dateTime with a four-digit year; one without a time zone is UTC, because
 * TS 24.109 C.1 knows no other.
 *
 * @throws {InvalidMessage} If it is another text, or a day that does not exist.
 */
export function parseXmlDateTime(text: string, field: string): number {
  return remembered(times, text, () => readDateTime(text, field))
}

function readDateTime(text: string, field: string): number {
  const [, local, fraction = '', zone = 'Z'] = DATE_TIME.exec(text) ?? []
  const localMs = Date.parse(`${local}Z`)
  const atMs = Date.parse(`${local}${fraction.slice(0, 4)}${zone}`)
  if (Number.isNaN(localMs) || Number.isNaN(atMs) || formatXmlDateTime(localMs) !== `${local}Z`) {
    throw new InvalidMessage('not a date and time', field)
  }
  return atMs
}

function remembered<Key, Value>(
  values: Map<Key, Value>,
  key: Key,
  make: (key: Key) => Value,
): Value {
  const known = values.get(key)
  if (known !== undefined) return known
  const value = make(key)
  if (values.size >= MOST_REMEMBERED) values.clear()
  values.set(key, value)
  return value
}
