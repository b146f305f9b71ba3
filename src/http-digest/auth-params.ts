/**
 * The syntax that all HTTP authentication headers share: schemes and lists of parameters.
 * RFC 9110 11.2 to 11.6, quoted strings RFC 9110 5.6.4
 *
 * Read strictly, and only ASCII: parameters in any order, quoted or not, with escapes; a parameter
 * that comes twice is refused, because two readers could take different ones.
 */
import { InvalidMessage } from '../errors/errors.ts'

/** Names in lower case, values without quotes and escapes. */
export type AuthParams = ReadonlyMap<string, string>

/** A challenge, or credentials. */
export interface AuthScheme {
  /** In lower case. */
  readonly scheme: string
  readonly params: AuthParams
}

/** What bounds the work for one header. */
const MAX_HEADER_CHARACTERS = 8192

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y
const QUOTED = /"(?:[\t !\x23-\x5b\x5d-\x7e]|\\[\t -~])*"/y
/** A whole parameter as programs write it: without escapes, up to the next one or the end. */
const PLAIN_PARAM = new RegExp(
  `(${TOKEN.source})[ \\t]*=[ \\t]*(?:"([\\t !#-[\\]-~]*)"|(${TOKEN.source}))(?:[ \\t]*(?:,[ \\t]*)+|$)`,
  'y',
)
const QUOTABLE_AS_IT_IS = /^[\t !#-[\]-~]*$/
const QUOTABLE = /^[\t -~]*$/
const WHOLE_TOKEN = new RegExp(`^${TOKEN.source}$`)
const SPACE = /[ \t]+/y
const EQUALS = /[ \t]*=[ \t]*/y
const COMMAS = /[ \t]*(?:,[ \t]*)+/y

/**
 * The schemes of a header with their parameters; a scheme with token68 data has none.
 *
 * @param header Name of the header, for the error.
 * @throws {InvalidMessage} If the text is not a list of schemes, or over 8192 characters.
 */
export function parseAuthSchemes(text: string, header: string): readonly AuthScheme[] {
  const scanner = new Scanner(text, header)
  const schemes: AuthScheme[] = []
  scanner.skip(COMMAS)
  while (!scanner.atEnd) {
    const scheme = scanner.take(TOKEN, 'not an authentication scheme').toLowerCase()
    const data = scanner.skip(SPACE) ? scanner.match(TOKEN68) : undefined
    if (data !== undefined) scanner.skip(COMMAS)
    schemes.push({ scheme, params: data === undefined ? readParams(scanner) : new Map() })
  }
  return schemes
}

/** A bare list of parameters. @throws {InvalidMessage} As `parseAuthSchemes`. */
export function parseAuthParams(text: string, header: string): AuthParams {
  const scanner = new Scanner(text, header)
  scanner.skip(SPACE)
  const params = readParams(scanner)
  if (!scanner.atEnd) throw new InvalidMessage('not a list of parameters', header)
  return params
}

/** `name="value"` with escapes. @throws {RangeError} If the value is not printable ASCII. */
export function formatQuoted(name: string, value: string): string {
  if (QUOTABLE_AS_IT_IS.test(value)) return `${name}="${value}"`
  if (!QUOTABLE.test(value)) throw new RangeError(`${name} does not fit an HTTP header`)
  return `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`
}

/** `name=value`. @throws {RangeError} If the value is not a token. */
export function formatToken(name: string, value: string): string {
  if (!WHOLE_TOKEN.test(value)) throw new RangeError(`${name} is not a token`)
  return `${name}=${value}`
}

/** Reads parameters up to the end, or to a token after a comma that no "=" follows: the next scheme. */
function readParams(scanner: Scanner): AuthParams {
  const params = new Map<string, string>()
  let separated = scanner.skip(COMMAS)
  while (!scanner.atEnd) {
    const plain = scanner.groups(PLAIN_PARAM)
    if (plain !== undefined) {
      const [, plainName = '', quoted, token = ''] = plain
      refuseDoubled(params, plainName.toLowerCase())
      params.set(plainName.toLowerCase(), quoted ?? token)
      separated = true
      continue
    }
    const start = scanner.position
    const name = scanner.take(TOKEN, 'not a parameter').toLowerCase()
    if (!scanner.skip(EQUALS)) {
      if (!separated) throw new InvalidMessage('without a value', name)
      scanner.position = start
      break
    }
    refuseDoubled(params, name)
    params.set(name, readValue(scanner, name))
    separated = scanner.skip(COMMAS)
    if (!separated && !scanner.skipToEnd()) {
      throw new InvalidMessage('without a comma after it', name)
    }
  }
  return params
}

function refuseDoubled(params: AuthParams, name: string): void {
  if (params.has(name)) throw new InvalidMessage('doubled', name)
}

function readValue(scanner: Scanner, name: string): string {
  const quoted = scanner.match(QUOTED)
  if (quoted !== undefined) return quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1')
  const token = scanner.match(TOKEN)
  if (token === undefined) throw new InvalidMessage('neither a token nor a quoted string', name)
  return token
}

/** A text and how far it has been read; every pattern is sticky. */
class Scanner {
  position = 0
  readonly #text: string
  readonly #header: string

  constructor(text: string, header: string) {
    if (text.length > MAX_HEADER_CHARACTERS) {
      throw new InvalidMessage(`over ${MAX_HEADER_CHARACTERS} characters`, header)
    }
    this.#text = text
    this.#header = header
  }

  get atEnd(): boolean {
    return this.position === this.#text.length
  }

  match(pattern: RegExp): string | undefined {
    return this.groups(pattern)?.[0]
  }

  groups(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position
    const found = pattern.exec(this.#text) ?? undefined
    if (found !== undefined) this.position = pattern.lastIndex
    return found
  }

  skip(pattern: RegExp): boolean {
    return this.match(pattern) !== undefined
  }

  skipToEnd(): boolean {
    this.skip(SPACE)
    return this.atEnd
  }

  take(pattern: RegExp, otherwise: string): string {
    const found = this.match(pattern)
    if (found === undefined) throw new InvalidMessage(otherwise, this.#header)
    return found
  }
}
