/**
 * TLS as a client, at least version 1.2, to a server that proved itself by a certificate authority or
 * by one pinned key. Design 7, "Trust"
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import {
  type ConnectionOptions,
  connect as connectSecure,
  createSecureContext,
  type SecureContextOptions,
  TLSSocket,
} from 'node:tls'
import { AuthenticationFailed, CpnsError, TransportFailed } from '../../errors/errors.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { logKeys } from './log-keys.ts'
import type { ServerCertificate } from './self-signed-certificate.ts'
import { pinOf, type Trust } from './trust.ts'

/** Where to connect, and how the server is known. */
export interface TlsTarget {
  /** Domain name or IP address to connect to. */
  readonly host: string
  readonly port: number
  /** Name that the server's certificate must hold; default `host`. Means nothing with a pin. */
  readonly serverName?: string
  readonly trust: Trust
  /** What this side proves itself with, if the server asks. RFC 8446 4.4.2 */
  readonly certificate?: Pick<ServerCertificate, 'certificatePem' | 'privateKeyPem'>
  /** Application protocols in order of preference. RFC 7301 */
  readonly alpn?: readonly string[]
  /** Takes the secrets of the connection; default nobody. */
  readonly keyLog?: KeyLog
  /** For connecting and the handshake together; default 10 s. */
  readonly timeoutMs?: number
}

const MIN_VERSION = 'TLSv1.2' as const

/**
 * Connects and waits until the server has proved itself; until then not one octet of the application
 * can be written, because nobody has the socket.
 *
 * @throws {TransportFailed} If there is no connection, or none in time.
 * @throws {AuthenticationFailed} If the server's certificate or key is not the one trusted.
 */
export function connectTls(target: TlsTarget): Promise<TLSSocket> {
  const { host, port, timeoutMs = 10_000 } = target
  const name = `${host}:${port}`
  const tcp = connectTcp({ host, port, noDelay: true })
  return new Promise((resolve, reject) => {
    let secure: TLSSocket | undefined
    const fail = (error: unknown): void => {
      clearTimeout(timer)
      secure?.destroy()
      tcp.destroy()
      reject(asConnectError(error, { name, secure }))
    }
    const succeed = (socket: TLSSocket): void => {
      clearTimeout(timer)
      socket.off('error', fail).off('end', closed).off('close', closed)
      resolve(socket)
    }
    const closed = (): void => fail(new TransportFailed(`${name} closed the connection`))
    const timer = setTimeout(() => {
      fail(new TransportFailed(`${name} did not answer within ${timeoutMs} ms`))
    }, timeoutMs)

    // Stays for as long as the socket lives, so that no late error of it is without a listener.
    tcp.on('error', fail)
    tcp.once('connect', () => {
      secure = startHandshake(tcp, target, (error) =>
        error === undefined ? succeed(secure as TLSSocket) : fail(error),
      )
      logKeys(secure, target.keyLog)
      secure.once('error', fail).once('end', closed).once('close', closed)
    })
  })
}

/** @param done Called once the server has proved itself, or with the reason why it has not. */
function startHandshake(tcp: Socket, target: TlsTarget, done: (error?: Error) => void): TLSSocket {
  const { trust, host, serverName = host } = target
  const alpn = target.alpn && { ALPNProtocols: [...target.alpn] }
  const { certificatePem: cert, privateKeyPem: key } = target.certificate ?? {}
  const own = cert !== undefined && key !== undefined ? { cert, key } : {}
  if (trust.kind === 'pin') {
    return startPinnedHandshake(tcp, { ...alpn, own }, (socket) =>
      done(checkPin(socket, trust.sha256, `${host}:${target.port}`)),
    )
  }
  const options: ConnectionOptions = {
    socket: tcp,
    host: serverName,
    // An IP address is no name for the server name indication. RFC 6066 3
    servername: isIP(serverName) > 0 ? '' : serverName,
    minVersion: MIN_VERSION,
    ...alpn,
    ...own,
    ...(trust.kind === 'ca' && { ca: trust.pem }),
  }
  return connectSecure(options, () => done())
}

/**
 * A handshake whose certificate is judged by its key alone: a bare `TLSSocket` looks at neither names
 * nor authorities, and sends no server name. `secure` comes when the server has proved that it holds
 * the private key, and its first write is over: until then a layer of the platform that writes to the
 * connection itself, as HTTP/2 does, would find it taken.
 */
function startPinnedHandshake(
  tcp: Socket,
  { own, ...alpn }: { readonly ALPNProtocols?: string[]; readonly own: SecureContextOptions },
  done: (socket: TLSSocket) => void,
): TLSSocket {
  const secureContext = createSecureContext({ minVersion: MIN_VERSION, ...own })
  const socket = new TLSSocket(tcp, { secureContext, ...alpn })
  const secure = new Promise<void>((resolve) => socket.once('secure', () => resolve()))
  // No octet of the application: it only makes the bare socket send its ClientHello.
  const written = new Promise<void>((resolve) => socket.write('', () => resolve()))
  void Promise.all([secure, written]).then(() => done(socket))
  return socket
}

function checkPin(socket: TLSSocket, expected: string, name: string): Error | undefined {
  const certificate = socket.getPeerX509Certificate()
  if (certificate !== undefined && pinOf(certificate.publicKey) === expected.toLowerCase()) {
    return undefined
  }
  return new AuthenticationFailed(`the key of ${name} is not the pinned one`)
}

function asConnectError(
  error: unknown,
  { name, secure }: { name: string; secure: TLSSocket | undefined },
): CpnsError {
  if (error instanceof CpnsError) return error
  const { code = 'unknown cause', message } = error as NodeJS.ErrnoException
  // Set by the platform only when the certificate is what was wrong.
  if (secure?.authorizationError) {
    const reason = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? 'it has another name' : message
    return new AuthenticationFailed(`the certificate of ${name} is not trusted: ${reason}`, {
      cause: error,
    })
  }
  return new TransportFailed(`cannot connect to ${name} (${code})`, { cause: error })
}
