/** How an HTTP client that pools its connections opens one under TLS. Design 7 */
import type { Socket } from 'node:net'
import { connectTls, type TlsTarget } from '../tls/connect-tls.ts'
import type { ServerAddress } from '../tls/server-address.ts'

type ConnectCallback = (
  ...result: [error: null, socket: Socket] | [error: Error, socket: null]
) => void

/** Hands the client a socket only once the server has proved itself. */
export function secureConnector(
  { host, port }: Pick<ServerAddress, 'host' | 'port'>,
  options: Pick<TlsTarget, 'trust' | 'certificate' | 'serverName' | 'timeoutMs'>,
) {
  return (_: unknown, done: ConnectCallback): void => {
    connectTls({ host, port, alpn: ['http/1.1'], ...options }).then(
      (socket) => done(null, socket),
      (error: Error) => done(error, null),
    )
  }
}
