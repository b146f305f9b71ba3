/** The PN GW of the lab, with its USIM, its way to the server and its listener for PNEs. Design 2, 7 */
import { serveCpns } from '../adapters/http/serve-cpns.ts'
import { loadOrCreateCertificate } from '../adapters/tls/load-or-create-certificate.ts'
import type { Trust } from '../adapters/tls/trust.ts'
import { connectFrameSocket } from '../adapters/ws/connect-frame-socket.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import { createPnGw, type PnGw } from '../pn-gw/create-pn-gw.ts'
import { createGbaCredentials, type GbaCredentials } from '../pn-gw/gba-credentials.ts'
import { ENTITIES, NAF_ID, nameOf } from './lab-names.ts'
import type { LabNetwork } from './lab-network.ts'
import type { LabContext } from './lab-ports.ts'
import { createSocketTap, type SocketTap } from './socket-tap.ts'

/** A PN GW that is ready to start. */
export interface LabGateway {
  readonly gateway: PnGw
  readonly credentials: GbaCredentials
  readonly tap: SocketTap
  /** `wss://host:port/pne`, for PNEs. */
  readonly url: string
  /** SHA-256 of the key of its self-made certificate, pinned at pairing. */
  readonly pin: string
  /** Resolves at the moment when the next session ends. */
  untilSessionEnds(): Promise<void>
}

const CPNS_2_SUBPROTOCOL = 'cpns2.v1'
const CPNS_1 = { path: '/pne', subprotocol: 'cpns1.v1' }

/** Listens for PNEs; the PN GW itself is started by the story. */
export async function prepareGateway(
  context: LabContext,
  network: LabNetwork,
  { card, ub }: { readonly card: GbaCard; readonly ub: UbExchange },
): Promise<LabGateway> {
  const tap = createSocketTap()
  const credentials = createGbaCredentials(
    { nafId: NAF_ID, entityName: nameOf(ENTITIES.gateway) },
    { ...context, card, ub },
  )
  let onSessionEnd: (() => void) | undefined
  const gateway = createPnGw(
    {
      entityId: ENTITIES.gateway,
      serverName: nameOf(ENTITIES.server),
      algorithms: ['HMAC-SHA-256'],
      renewAheadMs: 0,
    },
    {
      ...context,
      credentials,
      connectServer: async () => tap.tap(await connectFrameSocket(serverTarget(network))),
      onDown(reason) {
        if (reason !== 'session-ended') return
        const text = 'has no session any more: it holds what its PNEs send'
        context.trace({ kind: 'note', atMs: context.clock.nowMs(), entity: ENTITIES.gateway, text })
        onSessionEnd?.()
      },
    },
  )
  context.releases.push(() => gateway.stop())
  return {
    gateway,
    credentials,
    tap,
    ...(await listen(gateway, context)),
    untilSessionEnds: () =>
      new Promise((resolve) => {
        onSessionEnd = resolve
      }),
  }
}

function serverTarget(network: LabNetwork): Parameters<typeof connectFrameSocket>[0] {
  const trust: Trust = { kind: 'pin', sha256: network.serverPin }
  const url = network.serverUrl.replace(/^https/, 'wss')
  return { url, subprotocol: CPNS_2_SUBPROTOCOL, trust }
}

/** CPNS-1: WebSocket under a certificate of its own, which PNEs pin at pairing. Design 7 */
async function listen(
  gateway: PnGw,
  { clock, config, folder, log, random, releases }: LabContext,
): Promise<{ readonly url: string; readonly pin: string }> {
  const { host } = config
  const tls = loadOrCreateCertificate(
    folder.file('gateway-tls'),
    { commonName: 'CPNS PN GW', dnsNames: [], ipAddresses: [host] },
    { clock, random },
  )
  const serving = await serveCpns({
    host,
    port: config.ports['cpns-1'],
    tls,
    log,
    sockets: { ...CPNS_1, accept: (socket) => void gateway.servePne(socket) },
  })
  releases.push(() => serving.close())
  const authority = host.includes(':') ? `[${host}]` : host
  return { url: `wss://${authority}:${serving.port}${CPNS_1.path}`, pin: tls.pin }
}
