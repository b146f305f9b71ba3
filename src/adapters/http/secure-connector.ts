/** How an HTTP client that pools its connections opens one to a server. Design 7 */
import type { Socket } from 'node:net'
import type { PskConnector } from '../naf/psk-client.ts'
import { connectTls, type TlsTarget } from '../tls/connect-tls.ts'
import type { ServerAddress } from '../tls/server-address.ts'
import { createConnector, readPastContinue } from './read-past-continue.ts'

const ALPN = ['http/1.1']

type ConnectCallback = (
  ...result: [error: null, socket: Socket] | [error: Error, socket: null]
) => void

type SecureOptions = Pick<
  TlsTarget,
  'trust' | 'certificate' | 'serverName' | 'timeoutMs' | 'keyLog'
>

/** Under TLS where the address says so. @param psk As with `secureConnector`. */
export function serverConnector(
  address: Pick<ServerAddress, 'host' | 'port' | 'secure'>,
  options: SecureOptions & { readonly timeoutMs: number },
  psk?: PskConnector,
) {
  return address.secure
    ? secureConnector(address, options, psk)
    : createConnector({ timeout: options.timeoutMs })
}

/**
 * Hands the client a socket only once the server has proved itself.
 *
 * @param psk PSK-TLS in place of a certificate; then the options mean nothing. TS 33.222 5.4
 */
export function secureConnector(
  { host, port }: Pick<ServerAddress, 'host' | 'port'>,
  options: SecureOptions,
  psk?: PskConnector,
) {
  const connect: PskConnector = psk ?? ((at) => connectTls({ ...at, alpn: ALPN, ...options }))
  return (_: unknown, done: ConnectCallback): void => {
    connect({ host, port }).then(
      (socket) => done(null, readPastContinue(socket)),
      (error: Error) => done(error, null),
    )
  }
}
