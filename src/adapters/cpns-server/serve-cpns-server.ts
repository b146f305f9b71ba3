/**
 * A CPNS Server on its socket: CPNS-2 by HTTPS POST and WebSocket, under a certificate of its own that
 * clients can pin. Design 2, 7
 */
import { isIP } from 'node:net'
import { CPNS_MEDIA_TYPE } from '../../cpns/messages.ts'
import { type CpnsServer, createCpnsServer } from '../../cpns-server/create-cpns-server.ts'
import type { CpnsServerOptions, CpnsServerPorts } from '../../cpns-server/options.ts'
import { createSealingRing } from '../../crypto/sealing-ring.ts'
import { createMemoryBus } from '../bus/memory-bus.ts'
import { serveCpns } from '../http/serve-cpns.ts'
import { loadOrCreateCertificate } from '../tls/load-or-create-certificate.ts'

/** One CPNS Server. */
export interface ServeCpnsServerOptions extends CpnsServerOptions {
  /** Where clients reach it; port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number }
  /** Keeps key and certificate of CPNS-2. */
  readonly certificateFolder: string
}

/** What it is given; the store stays the caller's. */
export type ServeCpnsServerPorts = Omit<CpnsServerPorts, 'bus' | 'stateRing'>

/** A CPNS Server that listens. */
export interface ServedCpnsServer {
  readonly server: CpnsServer
  /** `https://host:port/cpns`. */
  readonly url: string
  /** SHA-256 of the key of its certificate, as 64 hex digits. */
  readonly pin: string
  /** Stops it and all its connections. Safe to call twice. */
  close(): Promise<void>
}

const PATH = '/cpns'
const SUBPROTOCOL = 'cpns2.v1'

/** @throws {ConfigurationInvalid} If it cannot listen there, or the certificate folder cannot be used. */
export async function serveCpnsServer(
  options: ServeCpnsServerOptions,
  ports: ServeCpnsServerPorts,
): Promise<ServedCpnsServer> {
  const { host, port } = options.listen
  const tls = loadOrCreateCertificate(options.certificateFolder, namesOf(options), ports)
  const server = createCpnsServer(options, {
    ...ports,
    bus: createMemoryBus(),
    stateRing: createSealingRing({ purpose: 'cpns state' }, ports),
  })
  try {
    const serving = await serveCpns({ host, port, tls, log: ports.log, ...endpointsOf(server) })
    return {
      server,
      url: `https://${host.includes(':') ? `[${host}]` : host}:${serving.port}${PATH}`,
      pin: tls.pin,
      async close() {
        await serving.close()
        server.stop()
      },
    }
  } catch (error) {
    server.stop()
    throw error
  }
}

function endpointsOf(server: CpnsServer) {
  return {
    post: {
      path: PATH,
      async answer(octets: Uint8Array, { remoteAddress }: { readonly remoteAddress: string }) {
        const { octets: body, unreadable } = await server.answerPost(octets, remoteAddress)
        return { status: unreadable ? 400 : 200, contentType: CPNS_MEDIA_TYPE, body }
      },
    },
    sockets: {
      path: PATH,
      subprotocol: SUBPROTOCOL,
      accept: (socket: Parameters<CpnsServer['serveSocket']>[0]) => void server.serveSocket(socket),
    },
  }
}

function namesOf({ nafFqdn, listen: { host } }: ServeCpnsServerOptions) {
  const isAddress = isIP(host) > 0
  return {
    commonName: nafFqdn,
    dnsNames: isAddress || host === nafFqdn ? [nafFqdn] : [nafFqdn, host],
    ipAddresses: isAddress ? [host] : [],
  }
}
