/** HTTP messages as octets of HTTP/1.1, for who looks on. RFC 9112 2; RFC 7616 3.4 */
import { concatOctets, fromUtf8, utf8 } from '../octets/octets.ts'
import type { TraceEvent } from '../trace/trace.ts'
import { spellHeader } from './header-spelling.ts'

/** Headers by their names; one that came more than once has several values. */
export type HttpHeaderValues = Readonly<Record<string, string | readonly string[]>>

/** A request, whatever version of HTTP carried it. */
export interface HttpRequestParts {
  readonly method: string
  readonly uri: string
  readonly headers: HttpHeaderValues
  readonly body: Uint8Array
}

/** An answer, whatever version of HTTP carried it. */
export interface HttpResponseParts {
  readonly status: number
  readonly headers: HttpHeaderValues
  readonly body: Uint8Array
}

/** Framing of the connection that carried the message; here the length of the body says it all. */
const FRAMING = ['content-length', 'transfer-encoding', 'connection', 'keep-alive']
/** What is computed with a key: of no use to who looks on. */
const DIGESTS = /\b(response|rspauth)=("?)([0-9A-Za-z]+)/g

/** The reason phrase is left empty, as RFC 9112 4 allows. */
export function formatHttpResponse({ status, headers, body }: HttpResponseParts): Uint8Array {
  return formatHttp(`HTTP/1.1 ${status} `, headers, body)
}

/** As an origin server gets it. */
export function formatHttpRequest({ method, uri, headers, body }: HttpRequestParts): Uint8Array {
  return formatHttp(`${method} ${uri} HTTP/1.1`, headers, body)
}

/** The same octets with zeros for every digest that a key was used for. */
export function hideDigests(octets: Uint8Array): Uint8Array {
  const at = headLength(octets)
  const head = fromUtf8(octets.subarray(0, at)).replace(
    DIGESTS,
    (_, name: string, quote: string, digest: string) =>
      `${name}=${quote}${'0'.repeat(digest.length)}`,
  )
  return concatOctets(utf8(head), octets.subarray(at))
}

/** The octets of an event on Ub or Ua: without digests, unless they are wanted. */
export function httpWire(format: () => Uint8Array): NonNullable<TraceEvent['wire']> {
  return ({ reveal }) => ({
    protocol: 'http',
    octets: reveal ? format() : hideDigests(format()),
  })
}

function formatHttp(start: string, headers: HttpHeaderValues, body: Uint8Array): Uint8Array {
  const lines = Object.entries(headers)
    .filter(([name]) => !FRAMING.includes(name.toLowerCase()) && !name.startsWith(':'))
    .flatMap(([name, values]) =>
      [values].flat().map((value) => `${spellHeader(name)}: ${oneLine(value)}`),
    )
  const head = [start, ...lines, `Content-Length: ${body.length}`, '', ''].join('\r\n')
  return concatOctets(utf8(head), body)
}

function oneLine(value: string): string {
  return value.replace(/[\r\n]+/g, ' ')
}

function headLength(octets: Uint8Array): number {
  for (let at = 0; at + 3 < octets.length; at += 1) {
    const isEnd = octets[at] === 13 && octets[at + 1] === 10 && octets[at + 2] === 13
    if (isEnd && octets[at + 3] === 10) return at
  }
  return octets.length
}
