/** A CPNS Server with PSK-TLS beside its certificate, its BSF and HSS, and PN GWs with a card, on loopback. */
import {
  type ServedCpnsServer,
  serveCpnsServer,
} from '../../src/adapters/cpns-server/serve-cpns-server.ts'
import { type ServedGateway, serveGateway } from '../../src/adapters/gateway/serve-gateway.ts'
import type { ServerTarget } from '../../src/adapters/gateway/server-way.ts'
import { openServerStore } from '../../src/adapters/sqlite/server-store.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { connectUb } from '../../src/adapters/ub/connect-ub.ts'
import type { ClientSessionInfo } from '../../src/cpns/client-session.ts'
import { createRecordSealer } from '../../src/crypto/record-sealer.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { openUiccApplication } from '../../src/gba/uicc-terminal.ts'
import { UA_ID_CPNS } from '../../src/identity/naf-id.ts'
import { noLog } from '../../src/ports/log.ts'
import { noTrace, type TraceItem } from '../../src/trace/trace.ts'
import { createTestCard } from '../../src/uicc/uicc.fixture.ts'
import { GATEWAY_ID, SERVER_ID } from './cpns-world.ts'
import { type GbaNetwork, NAF_FQDN, startGbaNetwork } from './gba-network.ts'

/** What is running. */
export interface PskNetwork {
  readonly gba: GbaNetwork
  readonly served: ServedCpnsServer
  /** With `pskUrl` as default. */
  startGateway(server?: ServerTarget): Promise<PskGateway>
  close(): Promise<void>
}

/** One PN GW with the card of the one subscriber. */
export interface PskGateway extends ServedGateway {
  readonly ups: ClientSessionInfo[]
  readonly failures: Error[]
  readonly traced: TraceItem[]
}

const LOOPBACK = { host: '127.0.0.1', port: 0 }

/** @param folder For certificates. @param sessionSeconds Life of a session. */
export async function startPskNetwork(folder: string, sessionSeconds = 60): Promise<PskNetwork> {
  const random = createSystemRandom()
  const gba = await startGbaNetwork(() => (_, response) => void response.end())
  const sealer = createRecordSealer({ current: Secret.of(random.octets(32)) }, random)
  const store = openServerStore(':memory:', sealer)
  const served = await serveCpnsServer(
    {
      entityId: SERVER_ID,
      nodeId: 'test',
      nafFqdn: NAF_FQDN,
      uaId: UA_ID_CPNS,
      gbaKeyType: 'ks-ext-naf',
      allowGbaMe: false,
      firstUse: 'bind',
      algorithms: ['HMAC-SHA-256'],
      sessionLifetimeSeconds: { pnGw: sessionSeconds, pne: sessionSeconds },
      znLimits: { perAddressAMinute: 1000, negativeMs: 1 },
      listen: LOOPBACK,
      psk: LOOPBACK,
      certificateFolder: `${folder}/server-tls`,
    },
    { store, zn: gba.zn, clock: systemClock, random, log: noLog, trace: noTrace },
  )
  const releases: (() => Promise<void>)[] = [
    () => gba.close(),
    () => store.close(),
    () => served.close(),
  ]
  return {
    gba,
    served,
    async startGateway(server = { url: served.pskUrl ?? '', psk: '1.3' }) {
      const gateway = await openGateway(folder, server, gba)
      releases.push(() => gateway.close())
      return gateway
    },
    async close() {
      for (const release of releases.toReversed()) await release()
    },
  }
}

async function openGateway(
  folder: string,
  server: ServerTarget,
  gba: GbaNetwork,
): Promise<PskGateway> {
  const { reader } = await createTestCard()
  const card = await openUiccApplication(reader)
  const ub = connectUb({ baseUrl: gba.bsfUrl })
  const ups: ClientSessionInfo[] = []
  const failures: Error[] = []
  const traced: TraceItem[] = []
  const gateway = await serveGateway(
    {
      entityId: GATEWAY_ID,
      name: 'PN GW',
      serverName: 'CPNS Server',
      nafId: { nafFqdn: NAF_FQDN, uaId: UA_ID_CPNS },
      server,
      listen: LOOPBACK,
      certificateFolder: `${folder}/gateway-tls`,
      renewAheadMs: 0,
    },
    {
      card,
      ub,
      clock: systemClock,
      random: createSystemRandom(),
      trace: (item) => void traced.push(item),
      log: noLog,
      onUp: (session) => void ups.push(session),
      onFailed: (error) => void failures.push(error),
    },
  )
  const close = async (): Promise<void> => {
    await gateway.close()
    await ub.close()
  }
  return { ...gateway, close, ups, failures, traced }
}
