/**
 * PSK-TLS as a client: the server is the one that knows the key of GBA, so no certificate is wanted and
 * none is accepted. TS 33.222 5.4, Design 7
 */
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { AuthenticationFailed, type CpnsError, TransportFailed } from '../../errors/errors.ts'
import type { Fqdn } from '../../identity/fqdn.ts'
import type { UaKey, UaKeySource } from '../../naf/card-key-source.ts'
import { type PskVersion, uaIdOfPskTls } from '../../naf/psk-exchange.ts'
import { formatPskIdentity, hintLists } from '../../naf/psk-identity.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { logKeys } from '../tls/log-keys.ts'
import { PSK_CIPHERS } from './psk-ciphers.ts'

/** Where to connect, and with which key. */
export interface PskTlsTarget {
  /** Domain name or IP address to connect to. */
  readonly host: string
  readonly port: number
  /** The NAF that the key is for; sent as server name. */
  readonly nafFqdn: Fqdn
  /** One version, because the key depends on it (`uaIdOfPskTls`); default 1.3. */
  readonly version?: PskVersion
  /** Ks_ext_NAF or Ks_NAF for the FQDN and the Ua id of the version. */
  readonly key: UaKey
  readonly clock: Clock
  /** Takes the secrets of the connection; default nobody. */
  readonly keyLog?: KeyLog
  /** Application protocols in order of preference. RFC 7301 */
  readonly alpn?: readonly string[]
  /** For connecting and the handshake together; default 10 s. */
  readonly timeoutMs?: number
}

/** A client that fetches its keys itself. */
export interface PskConnectorOptions extends Omit<PskTlsTarget, 'host' | 'port' | 'key'> {
  readonly keys: UaKeySource
}

/** Makes connections for any HTTP client; of undici, say: `connect: (o, done) => ...`. */
export type PskConnector = (address: {
  readonly host: string
  readonly port: number
}) => Promise<TLSSocket>

/**
 * Alerts after which a new bootstrapping run may help: the server does not have this key. OpenSSL calls
 * a wrong binder of TLS 1.3 an illegal parameter. RFC 4279 2, RFC 8446 6.2
 */
const REFUSED_KEY =
  /ALERT_UNKNOWN_PSK_IDENTITY|ALERT_DECRYPT_ERROR|ALERT_ILLEGAL_PARAMETER|ALERT_BAD_RECORD_MAC/

/** The server knows the key, and refuses whose it is: bootstrapping will not help. */
class PskAccessDenied extends AuthenticationFailed {}

/**
 * Connects and waits until the server has proved that it has the key. The connection ends when the key
 * does.
 *
 * @throws {TransportFailed} If there is no connection, or none in time.
 * @throws {AuthenticationFailed} If the server does not have this key or refuses whose it is, or the key
 *   is over.
 */
export function connectPskTls(target: PskTlsTarget): Promise<TLSSocket> {
  const { host, port, key, clock, timeoutMs = 10_000 } = target
  const leftMs = key.expiresAtMs - clock.nowMs()
  if (leftMs <= 0) return Promise.reject(new AuthenticationFailed('the key is over'))
  const name = `${host}:${port}`
  return new Promise((resolve, reject) => {
    const socket = startHandshake(target)
    logKeys(socket, target.keyLog)
    const fail = (error: CpnsError): void => {
      timer.cancel()
      socket.destroy()
      reject(error)
    }
    const timer = clock.setTimer(timeoutMs, () => {
      fail(new TransportFailed(`${name} did not answer within ${timeoutMs} ms`))
    })
    // Stays for as long as the socket lives, so that no late error of it is without a listener.
    socket.on('error', (error) => fail(asConnectError(error, name)))
    const closed = (): void => fail(new TransportFailed(`${name} closed the connection`))
    socket.once('close', closed)
    socket.once('secureConnect', () => {
      timer.cancel()
      socket.off('close', closed)
      const expiry = clock.setTimer(leftMs, () => socket.destroy())
      socket.once('close', () => expiry.cancel())
      resolve(socket)
    })
  })
}

/**
 * Connects with a key of the source, and once more with a new one if the server does not know the first.
 * TS 24.109 5.3
 */
export function createPskConnector(options: PskConnectorOptions): PskConnector {
  const { keys, nafFqdn, version = '1.3' } = options
  const nafId = { nafFqdn, uaId: uaIdOfPskTls(version) }
  return async (address) => {
    const key = await keys.obtain({ nafId, keyUse: 'ME' })
    try {
      return await connectPskTls({ ...options, ...address, key })
    } catch (error) {
      if (!(error instanceof AuthenticationFailed) || error instanceof PskAccessDenied) throw error
      const another = await keys.obtain({ nafId, keyUse: 'ME', refused: key.btid })
      return connectPskTls({ ...options, ...address, key: another })
    }
  }
}

function startHandshake({ host, port, nafFqdn, version = '1.3', key, alpn }: PskTlsTarget) {
  const psk = key.key.reveal()
  const identity = formatPskIdentity({ keyUse: 'ME', btid: key.btid })
  return connect({
    host,
    port,
    servername: isIP(nafFqdn) > 0 ? '' : nafFqdn,
    ciphers: PSK_CIPHERS,
    minVersion: `TLSv${version}`,
    maxVersion: `TLSv${version}`,
    // No certificate is good here: a TLS 1.3 server could answer with one instead of the key.
    ca: [],
    checkServerIdentity: (_host, certificate) =>
      Object.keys(certificate).length > 0
        ? new Error('a certificate instead of the key')
        : undefined,
    pskCallback: (hint) => (hint === null || hintLists(hint, 'ME') ? { psk, identity } : null),
    ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
  })
}

function asConnectError(cause: NodeJS.ErrnoException, name: string): CpnsError {
  const { code = 'unknown cause' } = cause
  if (REFUSED_KEY.test(code)) {
    return new AuthenticationFailed(`${name} does not have this key`, { cause })
  }
  if (code.endsWith('ALERT_ACCESS_DENIED')) {
    return new PskAccessDenied(`${name} does not accept the key of this card`, { cause })
  }
  return new TransportFailed(`cannot connect to ${name} (${code})`, { cause })
}
