/** Messages of Zh and Zn over HTTP as octets for who looks on: written as HTTP/1.1, without keys. Design 11 */
import { formatHttpRequest, formatHttpResponse } from '../../http-digest/http-octets.ts'
import type { SbiRequest, SbiResponse } from '../../sbi/exchange.ts'
import { hideKeys } from '../../sbi/hide-keys.ts'
import type { TraceEvent } from '../../trace/trace.ts'

type Wire = NonNullable<TraceEvent['wire']>

/** The octets of a request. */
export function sbiRequestWire({ method, path, contentType, body }: SbiRequest): Wire {
  const headers = contentType === undefined ? {} : { 'content-type': contentType }
  return ({ reveal }) => ({
    protocol: 'http',
    octets: formatHttpRequest({
      method,
      uri: path,
      headers,
      body: reveal ? body : hideKeys(body),
    }),
  })
}

/** The octets of an answer, if there is one. */
export function sbiResponseWire(response: SbiResponse | undefined): { readonly wire?: Wire } {
  if (response === undefined) return {}
  const { status, contentType, body } = response
  const headers = { 'content-type': contentType }
  return {
    wire: ({ reveal }) => ({
      protocol: 'http',
      octets: formatHttpResponse({ status, headers, body: reveal ? body : hideKeys(body) }),
    }),
  }
}
