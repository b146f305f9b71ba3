/** JSON of a peer: bounded, no property twice, and of the form that a schema says. RFC 8259, TS 29.501 5.2 */
import type { z } from 'zod'
import { InvalidMessage } from '../errors/errors.ts'
import { fromUtf8 } from '../octets/octets.ts'

/** Media type of JSON. */
export const JSON_MEDIA_TYPE = 'application/json'

const FIELD = 'JSON'
const MAX_OCTETS = 131_072
const MAX_DEPTH = 16
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g

/**
 * The value of a JSON text of at most 128 KiB and 16 levels.
 *
 * @throws {InvalidMessage} If it is over a limit, not UTF-8, not JSON, or names a property twice: what
 *   two readers could understand in two ways.
 */
export function parseJson(octets: Uint8Array): unknown {
  if (octets.length > MAX_OCTETS) throw new InvalidMessage(`over ${MAX_OCTETS} octets`, FIELD)
  const text = fromUtf8(octets, FIELD)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The cause is left out: its text holds characters of the message.
    throw new InvalidMessage('not JSON', FIELD)
  }
  assertNamesOnce(text)
  return value
}

/**
 * What a parser passes over that takes the last of two properties of one name.
 *
 * @param text Valid JSON, so that a string after "{" or a comma in an object is a name.
 * @throws {InvalidMessage} If a property is there twice, or there are over 16 levels.
 */
export function assertNamesOnce(text: string): void {
  const open: (Set<string> | undefined)[] = []
  let isName = false
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(token === '{' ? new Set() : undefined)
    if (open.length > MAX_DEPTH) throw new InvalidMessage(`over ${MAX_DEPTH} levels`, FIELD)
    if (token === '}' || token === ']') open.pop()
    const names = open.at(-1)
    if (isName && token.startsWith('"')) addName(names, token)
    isName = names !== undefined && (token === '{' || token === ',')
  }
}

function addName(names: Set<string> | undefined, token: string): void {
  const name = JSON.parse(token) as string
  if (names?.has(name)) throw new InvalidMessage('a property twice', FIELD)
  names?.add(name)
}

/**
 * What a schema reads from a JSON text. Properties that it does not know are passed over, because later
 * releases add some. TS 29.501 5.2
 *
 * @throws {InvalidMessage} As `parseJson`; or naming the first property that is `missing` or wrong.
 */
export function readJson<Value>(octets: Uint8Array, schema: z.ZodType<Value>): Value {
  const result = schema.safeParse(parseJson(octets))
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue?.path.map(String).join('.') || FIELD
  const isMissing = issue?.code === 'invalid_type' && issue.message.endsWith('received undefined')
  throw new InvalidMessage(isMissing ? 'missing' : 'wrong type or value', field)
}
