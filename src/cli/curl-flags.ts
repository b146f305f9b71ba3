/** From the flags of `cpns curl` to a request. */
import { ConfigurationInvalid } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { readWholeFile } from './read-whole-file.ts'

/** The flags as they come from the command line. */
export interface CurlFlags {
  readonly request?: string
  readonly header?: readonly string[]
  readonly body?: string
}

/** A request as `createGbaFetch` takes it. */
export interface CurlRequest {
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array
}

/** A body is whatever its server takes; it stands in memory as a whole. */
const MAX_BODY_OCTETS = 64 * 1_048_576
const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const HEADER = /^([^:\s]+):([^\r\n\0]*)$/
/** What the client itself says; two voices would be a riddle to the server. */
const OWN = ['authorization', 'connection', 'content-length', 'host', 'transfer-encoding']

/** @throws {ConfigurationInvalid} Naming the flag. */
export function curlRequestOf({ request, header = [], body }: CurlFlags): CurlRequest {
  const method = request ?? (body === undefined ? 'GET' : 'POST')
  if (!METHOD.test(method)) throw new ConfigurationInvalid('--request: not a method')
  return { method, headers: headersOf(header), body: bodyOf(body) }
}

function headersOf(lines: readonly string[]): Headers {
  const headers = new Headers()
  for (const line of lines) {
    const [, name = '', value = ''] = HEADER.exec(line) ?? []
    if (OWN.includes(name.toLowerCase())) {
      throw new ConfigurationInvalid(`--header: ${name} is not yours to set`)
    }
    try {
      headers.append(name, value.trim())
    } catch (cause) {
      throw new ConfigurationInvalid('--header: not of the form "Name: value"', { cause })
    }
  }
  return headers
}

function bodyOf(text: string | undefined): Uint8Array {
  if (text === undefined) return new Uint8Array(0)
  return text.startsWith('@') ? readWholeFile('--body', text.slice(1), MAX_BODY_OCTETS) : utf8(text)
}
