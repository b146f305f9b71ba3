/** Who a TLS client is. RFC 5280 4.2.1.6, RFC 9525 2 */
import type { TLSSocket } from 'node:tls'
import { InvalidMessage } from '../../errors/errors.ts'
import { type Fqdn, parseFqdn } from '../../identity/fqdn.ts'

/**
 * The first domain name among the subject alternative names of a certificate that has been verified, in
 * lower case; `undefined` if it has none. A common name is none.
 */
export function clientNameOf(socket: Pick<TLSSocket, 'authorized' | 'getPeerX509Certificate'>) {
  if (!socket.authorized) return undefined
  return firstDnsName(socket.getPeerX509Certificate()?.subjectAltName ?? '')
}

/** @param subjectAltName As Node prints it; what could be mistaken there is put in quotes, and no name. */
export function firstDnsName(subjectAltName: string): string | undefined {
  const entries = subjectAltName.split(', ').filter((entry) => entry.startsWith('DNS:'))
  return entries.map((entry) => readName(entry.slice('DNS:'.length))).find(Boolean)
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
