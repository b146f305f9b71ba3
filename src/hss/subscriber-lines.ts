/**
 * Subscribers in a file: CSV with a heading, JSON lines, or one JSON array with an object a line. The fields
 * are the flags of `cpns subscriber add` in camelCase. RFC 4180, RFC 8259
 */
import { z } from 'zod'
import { ConfigurationInvalid, InvalidMessage } from '../errors/errors.ts'
import { assertNamesOnce } from '../sbi/json.ts'
import type { Subscriber } from './hss-store.ts'
import { subscriberFieldsSchema, subscriberOf } from './subscriber-fields.ts'

/** A subscriber, and the line that it stands on. */
export interface SubscriberLine {
  readonly line: number
  readonly subscriber: Subscriber
}

/** Characters of a line: room for the longest GUSS, were each of its octets written as two. */
export const MAX_LINE_LENGTH = 131_072

/** A cell of CSV is text, a number too. */
const fieldsSchema = subscriberFieldsSchema.extend({
  keyLifetime: z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value),
    subscriberFieldsSchema.shape.keyLifetime,
  ),
})

/**
 * Reads one line after the other; holds no more than one.
 *
 * @throws {ConfigurationInvalid} Naming the line and what is wrong, never a value of a key.
 */
export async function* subscribersIn(
  lines: AsyncIterable<string>,
): AsyncGenerator<SubscriberLine, void, undefined> {
  let line = 0
  let heading: readonly string[] | undefined
  let isJson: boolean | undefined
  for await (const raw of lines) {
    line += 1
    const content = line === 1 ? raw.replace(/^\uFEFF/, '').trim() : raw.trim()
    if (raw.length > MAX_LINE_LENGTH) throw wrong(line, `over ${MAX_LINE_LENGTH} characters`)
    if (content === '') continue
    isJson ??= /^[[{]/.test(content)
    if (!isJson && heading === undefined) {
      heading = headingOf(content, line)
      continue
    }
    const fields = isJson
      ? jsonFields(content, line)
      : csvFields(content, { heading: heading ?? [], line })
    if (fields !== undefined) yield { line, subscriber: subscriberAt(fields, line) }
  }
}

function subscriberAt(fields: unknown, line: number): Subscriber {
  const parsed = fieldsSchema.safeParse(fields)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw wrong(line, `${issue?.path.join('.') || 'fields'}: ${issue?.message ?? 'not valid'}`)
  }
  try {
    return subscriberOf(parsed.data)
  } catch (error) {
    if (error instanceof InvalidMessage) throw wrong(line, error.message)
    throw error
  }
}

/** An object; of an array also its brackets and the commas between the lines. */
function jsonFields(content: string, line: number): unknown {
  const object = content.replace(/^\[/, '').replace(/\]$/, '').replace(/,\s*$/, '').trim()
  if (object === '') return undefined
  try {
    const fields: unknown = JSON.parse(object)
    assertNamesOnce(object)
    return fields
  } catch (error) {
    if (error instanceof InvalidMessage) throw wrong(line, error.message)
    throw wrong(line, 'not one JSON object a line')
  }
}

function headingOf(content: string, line: number): readonly string[] {
  const heading = cellsOf(content, line)
  const known = Object.keys(fieldsSchema.shape)
  const unknown = heading.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    // A heading that was forgotten is a line with keys: it is not repeated.
    const shown = /^[A-Za-z_]{1,24}$/.test(unknown) ? `"${unknown}"` : 'the heading'
    throw wrong(line, `${shown} is none of the columns ${known.join(', ')}`)
  }
  if (new Set(heading).size !== heading.length) throw wrong(line, 'a column is there twice')
  return heading
}

/** Empty cells are absent. */
function csvFields(
  content: string,
  { heading, line }: { readonly heading: readonly string[]; readonly line: number },
): Record<string, string> {
  const cells = cellsOf(content, line)
  if (cells.length !== heading.length) {
    throw wrong(line, `${cells.length} cells under ${heading.length} columns`)
  }
  const pairs = heading.map((name, n) => [name, cells[n] ?? ''] as const)
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''))
}

/** Cells of one line, in quotation marks or not; a line end inside a cell is not taken. RFC 4180 2 */
function cellsOf(content: string, line: number): string[] {
  const cells: string[] = []
  const cell = /\s*(?:"((?:[^"]|"")*)"|([^",]*?))\s*(,|$)/y
  for (;;) {
    const match = cell.exec(content)
    if (match === null) throw wrong(line, 'quotation marks that do not match on this line')
    const [, quoted, plain = '', end] = match
    cells.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === '') return cells
  }
}

function wrong(line: number, what: string): ConfigurationInvalid {
  return new ConfigurationInvalid(`line ${line}: ${what}`)
}
