/**
 * One calculation: fields in, result or error out, never an exception. Design 10
 *
 * A message names the field and what it should be, never what it was.
 */
import type { z } from 'zod'

/** A result: hex strings in lower case, texts, or a verdict. */
export type CalcOutput = Readonly<Record<string, string | boolean>>

/** Why there is no result. */
export type CalcErrorCode =
  | 'malformed-line'
  | 'line-too-long'
  | 'unknown-field'
  | 'missing-field'
  | 'malformed-field'
  | 'internal-error'

/** What is printed for one line, or for one command with flags. */
export interface CalcAnswer {
  readonly error?: { readonly code: CalcErrorCode; readonly message: string }
  readonly [field: string]: unknown
}

/** A calculator behind one subcommand of `cpns calc`. */
export interface Calculator {
  readonly name: string
  readonly description: string
  /** Names of all fields, `id` not counted. */
  readonly fieldNames: readonly string[]
  /** @throws {CalcError} If the fields are not what it needs. */
  readonly calculate: (fields: unknown) => CalcOutput
}

/** Input that cannot be calculated with. */
export class CalcError extends Error {
  readonly code: CalcErrorCode

  constructor(code: CalcErrorCode, message: string) {
    super(message)
    this.name = 'CalcError'
    this.code = code
  }
}

const SHOWABLE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,23}$/

/** The answer to one object of fields; `id`, if there is one, is echoed before all else. */
export function answerFields(calculator: Calculator, fields: unknown): CalcAnswer {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    return errorAnswer('malformed-line', 'one JSON object expected')
  }
  const { id, ...rest } = fields as Record<string, unknown>
  if (typeof id === 'object' && id !== null) {
    return errorAnswer('malformed-field', 'id: text or number expected')
  }
  const echo = id === undefined ? {} : { id }
  try {
    return { ...echo, ...calculator.calculate(rest) }
  } catch (error) {
    if (error instanceof CalcError) return { ...echo, ...errorAnswer(error.code, error.message) }
    return { ...echo, ...errorAnswer('internal-error', 'this calculation failed') }
  }
}

/** `{"error":{"code","message"}}` */
export function errorAnswer(code: CalcErrorCode, message: string): CalcAnswer {
  return { error: { code, message } }
}

/** The fields as a schema has them. @throws {CalcError} Naming the first field that is wrong. */
export function parseFields<T extends z.ZodType>(schema: T, fields: unknown): z.output<T> {
  const result = schema.safeParse(fields)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  if (issue?.code === 'unrecognized_keys') {
    const name = issue.keys[0] ?? ''
    const shown = SHOWABLE_NAME.test(name) ? `${name}: unknown field` : 'unknown field'
    throw new CalcError('unknown-field', shown)
  }
  const field = String(issue?.path[0] ?? '')
  if (!Object.hasOwn(fields as object, field)) {
    throw new CalcError('missing-field', `${field}: missing`)
  }
  throw new CalcError('malformed-field', `${field}: ${issue?.message ?? 'malformed'}`)
}
