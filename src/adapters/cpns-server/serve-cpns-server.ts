/**
 * A CPNS Server on its sockets: CPNS-2 by HTTPS POST and WebSocket, under a certificate of its own that
 * clients can pin, and under PSK-TLS with keys of GBA. Design 2, 7
 */
import { isIP } from 'node:net'
import { CPNS_MEDIA_TYPE } from '../../cpns/messages.ts'
import type { DirectWay } from '../../cpns-server/arrival.ts'
import { type CpnsServer, createCpnsServer } from '../../cpns-server/create-cpns-server.ts'
import type { CpnsServerOptions, CpnsServerPorts } from '../../cpns-server/options.ts'
import { createSealingRing } from '../../crypto/sealing-ring.ts'
import { createPskKeySource } from '../../naf/psk-key-source.ts'
import type { FrameSocket } from '../../ports/frame-socket.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import { createSteadyClock } from '../../ports/steady-clock.ts'
import { createMemoryBus } from '../bus/memory-bus.ts'
import type { RequestContext } from '../http/request-context.ts'
import { type RunningServer, type ServeCpnsOptions, serveCpns } from '../http/serve-cpns.ts'
import type { SocketEndpoint } from '../http/serve-frame-sockets.ts'
import { loadOrCreateCertificate } from '../tls/load-or-create-certificate.ts'

/** One CPNS Server. */
export interface ServeCpnsServerOptions extends CpnsServerOptions {
  /** Where clients reach it; port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number }
  /** Where PN GWs with a card reach it by PSK-TLS too; default nowhere. TS 33.222 5.4 */
  readonly psk?: { readonly host: string; readonly port: number }
  /** TCP connections and WebSockets at once, each; default 20,000. */
  readonly maxConnections?: number
  /** How often a PN GW is asked whether it is there, so that one whose network is gone is away; default a minute. */
  readonly keepAliveMs?: number
  /** Keeps key and certificate of CPNS-2. */
  readonly certificateFolder: string
}

/** What it is given; the store stays the caller's. */
export type ServeCpnsServerPorts = Omit<CpnsServerPorts, 'bus' | 'stateRing'> & {
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

/** A CPNS Server that listens. */
export interface ServedCpnsServer {
  readonly server: CpnsServer
  /** `https://host:port/cpns`. */
  readonly url: string
  /** The same for PSK-TLS, if it is served. */
  readonly pskUrl: string | undefined
  /** SHA-256 of the key of its certificate, as 64 hex digits. */
  readonly pin: string
  /** Stops it and all its connections. Safe to call twice. */
  close(): Promise<void>
}

const PATH = '/cpns'
const SUBPROTOCOL = 'cpns2.v1'
/** Of one address, for keys of PSK-TLS. M-6 */
const ZN_LOOKUPS_A_MINUTE = 10
/** A PN GW has one; some 40 KiB each. */
const MAX_CONNECTIONS = 20_000

/** @throws {ConfigurationInvalid} If it cannot listen there, or the certificate folder cannot be used. */
export async function serveCpnsServer(
  options: ServeCpnsServerOptions,
  given: ServeCpnsServerPorts,
): Promise<ServedCpnsServer> {
  const ports = { ...given, clock: createSteadyClock(given.clock, given.log) }
  const tls = loadOrCreateCertificate(options.certificateFolder, namesOf(options), ports)
  const server = createCpnsServer(options, {
    ...ports,
    bus: createMemoryBus(),
    stateRing: createSealingRing({ purpose: 'cpns state' }, ports),
  })
  const { log, keyLog } = ports
  const { maxConnections = MAX_CONNECTIONS, keepAliveMs } = options
  const limits = { maxSockets: maxConnections, ...(keepAliveMs !== undefined && { keepAliveMs }) }
  const endpoints = endpointsOf(server, limits)
  const shared = { log, maxConnections, ...(keyLog && { keyLog }), ...endpoints }
  const listening: RunningServer[] = []
  const close = async (): Promise<void> => {
    await Promise.all(listening.map((one) => one.close()))
    server.stop()
  }
  const listen = async (how: Listening): Promise<string> => {
    const serving = await serveCpns({ ...how, ...shared })
    listening.push(serving)
    return urlOf(how.host, serving.port)
  }
  try {
    const url = await listen({ ...options.listen, tls })
    const psk = options.psk && { ...options.psk, psk: pskOf(options, ports) }
    return { server, url, pskUrl: psk && (await listen(psk)), pin: tls.pin, close }
  } catch (error) {
    await close()
    throw error
  }
}

type Listening = Pick<ServeCpnsOptions, 'host' | 'port' | 'tls' | 'psk'>

function urlOf(host: string, port: number): string {
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}${PATH}`
}

/**
 * Keys of PSK-TLS have a Ua id of their own, so they cost a Zn request of their own; which cards are good
 * enough, and how often a stranger may ask, is the same as for EUKeys. Design 4, K-2, M-6
 */
function pskOf(options: ServeCpnsServerOptions, { zn, clock }: ServeCpnsServerPorts) {
  const { nafFqdn, allowGbaMe, znLimits } = options
  const lookup = createPskKeySource(
    {
      nafFqdns: [nafFqdn],
      requireGbaU: !allowGbaMe,
      znLimits: { perAddressAMinute: ZN_LOOKUPS_A_MINUTE, ...znLimits },
    },
    { zn, clock },
  )
  return { lookup, clock }
}

function endpointsOf(
  server: CpnsServer,
  limits: Pick<SocketEndpoint, 'maxSockets' | 'keepAliveMs'>,
) {
  return {
    post: {
      path: PATH,
      async answer(octets: Uint8Array, context: RequestContext) {
        const answer = await server.answerPost(octets, context.remoteAddress, wayOf(context))
        const { octets: body, unreadable } = answer
        return { status: unreadable ? 400 : 200, contentType: CPNS_MEDIA_TYPE, body }
      },
    },
    sockets: {
      path: PATH,
      subprotocol: SUBPROTOCOL,
      ...limits,
      accept: (socket: FrameSocket, context: RequestContext) =>
        void server.serveSocket(socket, wayOf(context)),
    },
  }
}

function wayOf({ secure, pskPeer }: RequestContext): DirectWay {
  return { plain: !secure, ...(pskPeer !== undefined && { tlsBtid: pskPeer.btid }) }
}

function namesOf({ nafFqdn, listen: { host } }: ServeCpnsServerOptions) {
  const isAddress = isIP(host) > 0
  return {
    commonName: nafFqdn,
    dnsNames: isAddress || host === nafFqdn ? [nafFqdn] : [nafFqdn, host],
    ipAddresses: isAddress ? [host] : [],
  }
}
