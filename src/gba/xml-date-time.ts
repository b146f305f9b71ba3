/** Times as XML writes them, for key lifetimes on Ub and on the card. XML Schema Part 2, 3.2.7 */
import { InvalidMessage } from '../errors/errors.ts'

const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/

/** `2026-11-24T10:00:00Z`: UTC, whole seconds. @param atMs UTC milliseconds; a part of a second is cut. */
export function formatXmlDateTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}

/**
 * UTC milliseconds of an xs:dateTime with a four-digit year; one without a time zone is UTC, because
 * TS 24.109 C.1 knows no other.
 *
 * @throws {InvalidMessage} If it is another text, or a day that does not exist.
 */
export function parseXmlDateTime(text: string, field: string): number {
  const [, local, fraction = '', zone = 'Z'] = DATE_TIME.exec(text) ?? []
  const localMs = Date.parse(`${local}Z`)
  const atMs = Date.parse(`${local}${fraction.slice(0, 4)}${zone}`)
  if (Number.isNaN(localMs) || Number.isNaN(atMs) || formatXmlDateTime(localMs) !== `${local}Z`) {
    throw new InvalidMessage('not a date and time', field)
  }
  return atMs
}
