/** What an end point learns about who asks, besides the octets. */
import type { IncomingMessage } from 'node:http'
import { plainAddress } from '../../identity/address-group.ts'
import type { PskPeer } from '../../naf/psk-exchange.ts'
import { pskPeerOf } from '../naf/psk-server.ts'

/** Where a request or a WebSocket comes from. */
export interface RequestContext {
  /** IP address of the peer; IPv4 in its own form. */
  readonly remoteAddress: string
  /** Whether it came over TLS. */
  readonly secure: boolean
  /** Who proved a key of GBA in TLS itself. TS 33.222 5.4 */
  readonly pskPeer?: PskPeer
}

/** @param secure Whether the server speaks TLS. */
export function requestContext(request: IncomingMessage, secure: boolean): RequestContext {
  const address = request.socket.remoteAddress ?? 'unknown'
  const pskPeer = pskPeerOf(request.socket)
  return {
    remoteAddress: plainAddress(address),
    secure,
    ...(pskPeer !== undefined && { pskPeer }),
  }
}

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').replace(/\?.*$/, '')
}
