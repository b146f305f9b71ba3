/**
 * A PN GW, with a card or the EUKey of a password, on its sockets: CPNS-2 to its server as a client, CPNS-1 for its PNEs as a server,
 * under a certificate of its own, which PNEs pin at pairing. Design 2, 7
 */
import { isIP } from 'node:net'
import type { Algorithm } from '../../cpns/algorithms.ts'
import type { CredentialSource } from '../../cpns/credentials.ts'
import type { GbaCard } from '../../gba/gba-card.ts'
import type { UbExchange } from '../../gba/ub-exchange.ts'
import {
  createPnGw,
  type PnGw,
  type PnGwOptions,
  type PnGwPorts,
} from '../../pn-gw/create-pn-gw.ts'
import { createFallbackCredentials } from '../../pn-gw/fallback-credentials.ts'
import {
  createGbaCredentials,
  type GbaCredentialOptions,
  type GbaCredentials,
} from '../../pn-gw/gba-credentials.ts'
import type { FrameSocket } from '../../ports/frame-socket.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { serveCpns } from '../http/serve-cpns.ts'
import { loadOrCreateCertificate } from '../tls/load-or-create-certificate.ts'
import { connectTrusted, createServerWay, type ServerTarget } from './server-way.ts'

/** One PN GW. */
export interface ServeGatewayOptions
  extends Omit<PnGwOptions, 'algorithms'>,
    Omit<GbaCredentialOptions, 'entityName'> {
  /** What the PN GW is called in events. */
  readonly name: string
  /** Offered, best first; default `HMAC-SHA-256` alone. M-2 */
  readonly algorithms?: readonly Algorithm[]
  /** Its CPNS Server. */
  readonly server: ServerTarget
  /** Where PNEs reach it; port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number }
  /** How often a PNE is asked whether it is there, so that one whose network is gone is away; default a minute. */
  readonly keepAliveMs?: number
  /** Keeps key and certificate of CPNS-1. */
  readonly certificateFolder: string
}

/** What it is given. */
export interface ServeGatewayPorts extends Omit<PnGwPorts, 'credentials' | 'connectServer'> {
  readonly card: GbaCard
  readonly ub: UbExchange
  /** The EUKey of a password, to be used where GBA fails; default nothing. K-3 */
  readonly password?: CredentialSource
  readonly tapServer?: TapServer
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

/** Sees each connection with the server first; default nobody. */
export type TapServer = (socket: FrameSocket) => FrameSocket

/** One PN GW without a card. */
export type ServePasswordGatewayOptions = Omit<
  ServeGatewayOptions,
  'nafId' | 'bsfName' | 'server'
> & {
  readonly server: Extract<ServerTarget, { trust: unknown }>
}

/** What it is given. */
export interface ServePasswordGatewayPorts
  extends Omit<PnGwPorts, 'credentials' | 'connectServer'> {
  /** The EUKey of the password. */
  readonly password: CredentialSource
  readonly tapServer?: TapServer
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

/** A PN GW that listens for PNEs; `gateway.start()` lets it begin. */
export interface ListeningGateway {
  readonly gateway: PnGw
  /** `wss://host:port/pne`, for PNEs. */
  readonly url: string
  /** SHA-256 of the key of its certificate, as 64 hex digits. */
  readonly pin: string
  /** Stops it and all its connections. Safe to call twice. */
  close(): Promise<void>
}

/** The same, with a card. */
export interface ServedGateway extends ListeningGateway {
  readonly credentials: GbaCredentials
}

/** What an EUKey must last beyond a renewal, so that sessions under it do not become ever shorter. */
const EUKEY_MARGIN_MS = 30_000

const CPNS_1 = { path: '/pne', subprotocol: 'cpns1.v1' }

/** @throws {ConfigurationInvalid} If it cannot listen there, or the certificate folder cannot be used. */
export async function serveGateway(
  options: ServeGatewayOptions,
  ports: ServeGatewayPorts,
): Promise<ServedGateway> {
  const { password, log } = ports
  const { name: entityName, renewAheadMs } = options
  const aheadMs = renewAheadMs === 0 ? 0 : renewAheadMs + EUKEY_MARGIN_MS
  const credentials = createGbaCredentials({ ...options, entityName, aheadMs }, ports)
  const { nafFqdn } = options.nafId
  const way = createServerWay(options.server, { ...ports, credentials, nafFqdn })
  const gba = way.credentials
  const used = password ? createFallbackCredentials({ gba, password, log }) : gba
  return { ...(await listen(options, { ...ports, ...way, credentials: used })), credentials }
}

/** @throws {ConfigurationInvalid} As `serveGateway`. */
export function servePasswordGateway(
  options: ServePasswordGatewayOptions,
  ports: ServePasswordGatewayPorts,
): Promise<ListeningGateway> {
  const connect = () => connectTrusted(options.server, ports.keyLog)
  return listen(options, { ...ports, connect, credentials: ports.password })
}

async function listen(
  options: Omit<ServePasswordGatewayOptions, 'server'>,
  ports: Omit<ServePasswordGatewayPorts, 'password'> & {
    readonly credentials: CredentialSource
    readonly connect: () => Promise<FrameSocket>
  },
): Promise<ListeningGateway> {
  const { tapServer = (socket: FrameSocket) => socket, connect } = ports
  const connectServer = async (): Promise<FrameSocket> => tapServer(await connect())
  const gateway = createPnGw(
    { ...options, algorithms: options.algorithms ?? ['HMAC-SHA-256'] },
    { ...ports, connectServer },
  )
  const { url, pin, close } = await listenForPnes(gateway, options, ports)
  return {
    gateway,
    url,
    pin,
    async close() {
      await close()
      gateway.stop()
    },
  }
}

async function listenForPnes(
  gateway: PnGw,
  options: Pick<ServeGatewayOptions, 'listen' | 'certificateFolder' | 'keepAliveMs'>,
  ports: Pick<ServeGatewayPorts, 'clock' | 'random' | 'log' | 'keyLog'>,
) {
  const { certificateFolder, keepAliveMs } = options
  const { host, port } = options.listen
  const names = isIP(host) > 0 ? { dnsNames: [], ipAddresses: [host] } : { dnsNames: [host] }
  const tls = loadOrCreateCertificate(
    certificateFolder,
    { commonName: 'CPNS PN GW', ipAddresses: [], ...names },
    ports,
  )
  const serving = await serveCpns({
    host,
    port,
    tls,
    log: ports.log,
    ...(ports.keyLog && { keyLog: ports.keyLog }),
    sockets: {
      ...CPNS_1,
      ...(keepAliveMs !== undefined && { keepAliveMs }),
      accept: (socket) => void gateway.servePne(socket),
    },
  })
  const authority = host.includes(':') ? `[${host}]` : host
  return {
    url: `wss://${authority}:${serving.port}${CPNS_1.path}`,
    pin: tls.pin,
    close: () => serving.close(),
  }
}
