/** The PN GW of the lab, with its USIM, its way to the server and its listener for PNEs. Design 2, 7 */
import { type ServedGateway, serveGateway } from '../adapters/gateway/serve-gateway.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import { ENTITIES, NAF_ID, nameOf } from './lab-names.ts'
import type { LabNetwork } from './lab-network.ts'
import type { LabContext } from './lab-ports.ts'
import { createSocketTap, type SocketTap } from './socket-tap.ts'

/** A PN GW that is ready to start. */
export interface LabGateway extends Omit<ServedGateway, 'close'> {
  readonly tap: SocketTap
  /** Resolves at the moment when the next session ends. */
  untilSessionEnds(): Promise<void>
}

/** Listens for PNEs; the PN GW itself is started by the story. */
export async function prepareGateway(
  context: LabContext,
  network: LabNetwork,
  { card, ub }: { readonly card: GbaCard; readonly ub: UbExchange },
): Promise<LabGateway> {
  const { config, folder, releases } = context
  const tap = createSocketTap()
  let onSessionEnd: (() => void) | undefined
  const served = await serveGateway(
    {
      entityId: ENTITIES.gateway,
      name: nameOf(ENTITIES.gateway),
      serverName: nameOf(ENTITIES.server),
      nafId: NAF_ID,
      server: { url: network.serverUrl, trust: { kind: 'pin', sha256: network.serverPin } },
      listen: { host: config.host, port: config.ports['cpns-1'] },
      certificateFolder: folder.file('gateway-tls'),
      renewAheadMs: 0,
    },
    {
      ...context,
      card,
      ub,
      tapServer: (socket) => tap.tap(socket),
      onDown(reason) {
        // By its own clock, or because the server said so.
        if (reason !== 'session-ended' && reason !== 'authenticate-again') return
        const text = 'has no session any more: it holds what its PNEs send'
        context.trace({ kind: 'note', atMs: context.clock.nowMs(), entity: ENTITIES.gateway, text })
        onSessionEnd?.()
      },
    },
  )
  releases.push(() => served.close())
  return {
    ...served,
    tap,
    untilSessionEnds: () =>
      new Promise((resolve) => {
        onSessionEnd = resolve
      }),
  }
}
