/** What an end point learns about who asks, besides the octets. */
import type { IncomingMessage } from 'node:http'

/** Where a request or a WebSocket comes from. */
export interface RequestContext {
  /** IP address of the peer; IPv4 in its own form. */
  readonly remoteAddress: string
  /** Whether it came over TLS. */
  readonly secure: boolean
}

/** @param secure Whether the server speaks TLS. */
export function requestContext(request: IncomingMessage, secure: boolean): RequestContext {
  const address = request.socket.remoteAddress ?? 'unknown'
  return { remoteAddress: address.replace(/^::ffff:(?=[\d.]+$)/, ''), secure }
}

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').replace(/\?.*$/, '')
}
