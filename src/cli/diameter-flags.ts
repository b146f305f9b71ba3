/** Names and addresses of Diameter nodes, as flags say them. RFC 6733 4.3.1 */
import { isIP } from 'node:net'
import type { DiameterTarget } from '../adapters/diameter/dial-peer.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { type Fqdn, parseFqdn } from '../identity/fqdn.ts'
import { readFlag } from './flag-values.ts'
import { type HostPort, parseHostPort } from './host-port.ts'
import { readWholeFile } from './read-whole-file.ts'
import { pinnedTrust } from './trust-flags.ts'

/** The name of a node and its realm. */
export interface DiameterNames {
  readonly originHost: Fqdn
  readonly originRealm: Fqdn
}

/** @param realm Default: the host without its first label. @throws {ConfigurationInvalid} */
export function diameterNamesOf(host: string, realm: string | undefined): DiameterNames {
  return {
    originHost: readFlag('--origin-host', () => parseFqdn(host)),
    originRealm: realmOf('--origin-realm', host, realm),
  }
}

/** A realm as given, else the host without its first label. @throws {ConfigurationInvalid} */
export function realmOf(flag: string, host: string, realm: string | undefined): Fqdn {
  return readFlag(flag, () => parseFqdn(realm ?? host.slice(host.indexOf('.') + 1)))
}

/**
 * `ORIGIN-HOST=HOST:PORT`: a peer by its name, and where it is.
 *
 * @throws {ConfigurationInvalid} Naming the flag.
 */
export function diameterTargetOf(flag: string, text: string): DiameterTarget {
  const [name = '', at, ...rest] = text.split('=')
  if (at === undefined || rest.length > 0) {
    throw new ConfigurationInvalid(`${flag}: ${text} is not ORIGIN-HOST=HOST:PORT`)
  }
  const { host, port } = addressOf(flag, at)
  return { originHost: readFlag(flag, () => parseFqdn(name)), host, port }
}

function addressOf(flag: string, text: string) {
  try {
    return parseHostPort(text)
  } catch {
    throw new ConfigurationInvalid(`${flag}: ${text} is not HOST:PORT`)
  }
}

/** Names of peers. @throws {ConfigurationInvalid} Naming the flag. */
export function fqdnsOf(flag: string, names: readonly string[] = []): readonly Fqdn[] {
  return names.map((name) => readFlag(flag, () => parseFqdn(name)))
}

/** Files of a TLS listener whose clients have certificates. */
export interface TlsFiles {
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly clientCa?: string
}

/** All three of them, or none. @throws {ConfigurationInvalid} Naming what is missing, or cannot be read. */
export function listenerTlsOf({ tlsCert, tlsKey, clientCa }: TlsFiles) {
  if (tlsCert === undefined && tlsKey === undefined && clientCa === undefined) return {}
  if (tlsCert === undefined || tlsKey === undefined || clientCa === undefined) {
    throw new ConfigurationInvalid('--tls-cert, --tls-key, --client-ca: all three, or none')
  }
  return {
    tls: {
      certificatePem: pemOf('--tls-cert', tlsCert),
      privateKeyPem: pemOf('--tls-key', tlsKey),
      clientCa: pemOf('--client-ca', clientCa),
    },
  }
}

/** Where Diameter is served unless told otherwise, over TCP. RFC 6733 2.1 */
export const DIAMETER_LISTEN: HostPort = { host: '127.0.0.1', port: 3868 }
const TLS_PORT = 5658

/** Where, and how: over TLS the default is port 5658. RFC 6733 2.1 @throws As `listenerTlsOf`. */
export function diameterListenerOf(listen: HostPort, files: TlsFiles) {
  const secured = listenerTlsOf(files)
  const isDefault = listen === DIAMETER_LISTEN && 'tls' in secured
  return { ...listen, ...(isDefault && { port: TLS_PORT }), ...secured }
}

/** Files of a TLS client with a certificate. */
export interface PeerTlsFiles {
  readonly peerCa?: string
  readonly peerPin?: string
  readonly peerCert?: string
  readonly peerKey?: string
}

/** Trust, and a certificate of our own if there is one. @throws {ConfigurationInvalid} */
export function peerTlsOf({
  peerCa,
  peerPin,
  peerCert,
  peerKey,
}: PeerTlsFiles): Pick<DiameterTarget, 'tls'> {
  if (peerCa !== undefined && peerPin !== undefined) {
    throw new ConfigurationInvalid('--peer-ca, --peer-pin: one of them')
  }
  if (peerCa === undefined && peerPin === undefined) {
    if (peerCert === undefined && peerKey === undefined) return {}
    throw new ConfigurationInvalid(
      '--peer-ca or --peer-pin: needed with --peer-cert and --peer-key',
    )
  }
  const trust =
    peerPin === undefined
      ? ({ kind: 'ca', pem: pemOf('--peer-ca', peerCa ?? '') } as const)
      : pinnedTrust('--peer-pin', peerPin)
  if (peerCert === undefined || peerKey === undefined) return { tls: { trust } }
  const certificate = {
    certificatePem: pemOf('--peer-cert', peerCert),
    privateKeyPem: pemOf('--peer-key', peerKey),
  }
  return { tls: { trust, certificate } }
}

function pemOf(flag: string, file: string): string {
  return new TextDecoder().decode(readWholeFile(flag, file))
}

/**
 * `IP=NAME`: who asks from that address of this machine where there is no TLS.
 *
 * @throws {ConfigurationInvalid} Naming the flag.
 */
export function plainClientsOf(
  flag: string,
  words: readonly string[] = [],
): Record<string, string> {
  const pairs = words.map((word) => {
    const [address = '', name, ...rest] = word.split('=')
    if (isIP(address) === 0 || name === undefined || rest.length > 0) {
      throw new ConfigurationInvalid(`${flag}: ${word} is not IP=NAME`)
    }
    return [address, readFlag(flag, () => parseFqdn(name))] as const
  })
  return Object.fromEntries(pairs)
}
