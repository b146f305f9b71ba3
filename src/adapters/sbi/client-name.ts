/** Who a TLS client is. RFC 5280 4.2.1.6, RFC 9525 2 */
import type { TLSSocket } from 'node:tls'
import { InvalidMessage } from '../../errors/errors.ts'
import { type Fqdn, parseFqdn } from '../../identity/fqdn.ts'

/**
 * The domain names among the subject alternative names of a certificate that has been verified, in its order and in
 * lower case; none for another one. A common name is none, and neither is a wildcard.
 */
export function clientNamesOf(
  socket: Pick<TLSSocket, 'authorized' | 'getPeerX509Certificate'>,
): readonly Fqdn[] {
  if (!socket.authorized) return []
  return dnsNamesOf(socket.getPeerX509Certificate()?.subjectAltName ?? '')
}

/**
 * One name: its kind, a colon and its value. What could be mistaken in a value Node puts in quotes, as in JSON, so a comma
 * and what looks like a name after it count only outside of them.
 */
const ALTERNATIVE_NAME = /([^:,"]+):((?:"(?:[^"\\]|\\.)*"|[^,"])*)(?:, |$)/gy

/** @param subjectAltName As Node prints it. */
export function dnsNamesOf(subjectAltName: string): readonly Fqdn[] {
  return [...subjectAltName.matchAll(ALTERNATIVE_NAME)]
    .map(([, kind, value = '']) => (kind === 'DNS' ? readName(value) : undefined))
    .filter((name) => name !== undefined)
}

/** A wildcard is nobody's name. */
function readName(name: string): Fqdn | undefined {
  try {
    return parseFqdn(name)
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}
