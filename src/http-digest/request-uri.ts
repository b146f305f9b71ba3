/** What a request is for, and whether the uri of a digest names it. RFC 7616 3.4.6, RFC 9112 3.2 */

/** What a request names its resource by. */
export interface RequestTarget {
  /** Request-URI as it came. */
  readonly uri: string
  /** Host header; without one a URI with a host in it is another one than a path. */
  readonly host?: string | undefined
}

/**
 * They are the same octets, or one of them is the path and the other one the whole URI: a proxy may have made
 * the one of the other. RFC 7616 3.4.6, RFC 9112 3.2
 */
export function isUriOfRequest(uri: string, { uri: requestUri, host }: RequestTarget): boolean {
  if (uri === requestUri) return true
  const [named, asked] = [partsOf(uri), partsOf(requestUri)]
  if ((named.authority === undefined) === (asked.authority === undefined)) return false
  if (named.path !== asked.path) return false
  // A request for a whole URI is for the host in it, whatever the Host header says. RFC 9112 3.2.2
  if (asked.authority !== undefined) return true
  return host !== undefined && named.authority === withoutPort(host)
}

/**
 * The host that a request is for, with a port if it came with one: that of a whole URI, else that of the
 * Host header. RFC 9112 3.2.2
 */
export function hostOfRequest({ uri, host }: RequestTarget & { readonly host: string }): string {
  return ABSOLUTE.exec(uri)?.[1] ?? host
}

const ABSOLUTE = /^https?:\/\/([^/?#]+)([^#]*)$/i
/** A default port says nothing; which scheme it belongs to does not matter to a name. */
const DEFAULT_PORT = /:(?:80|443)?$/

function partsOf(uri: string): { readonly authority?: string; readonly path: string } {
  const [, authority, rest = ''] = ABSOLUTE.exec(uri) ?? []
  if (authority === undefined) return { path: uri }
  // A URI without a path is one of the root. RFC 9112 3.2.1
  return { authority: withoutPort(authority), path: rest.startsWith('/') ? rest : `/${rest}` }
}

function withoutPort(authority: string): string {
  return authority.toLowerCase().replace(DEFAULT_PORT, '')
}
