/** The network side of the lab: HSS, BSF and CPNS Server, each on its real transport. Design 2, 10 */
import { writeFileSync } from 'node:fs'
import { createMemoryBus } from '../adapters/bus/memory-bus.ts'
import { serveCpns } from '../adapters/http/serve-cpns.ts'
import { connectZh } from '../adapters/in-process/zh.ts'
import { connectZn } from '../adapters/in-process/zn.ts'
import { openBsfStore } from '../adapters/sqlite/bsf-store.ts'
import { openHssStore } from '../adapters/sqlite/hss-store.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { loadOrCreateCertificate } from '../adapters/tls/load-or-create-certificate.ts'
import { serveUb } from '../adapters/ub/serve-ub.ts'
import { type Bsf, createBsf } from '../bsf/create-bsf.ts'
import { CPNS_MEDIA_TYPE } from '../cpns/messages.ts'
import { type CpnsServer, createCpnsServer } from '../cpns-server/create-cpns-server.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import { createSealingRing } from '../crypto/sealing-ring.ts'
import { formatGuss } from '../gba/guss.ts'
import type { Zh } from '../gba/zh.ts'
import { createHss } from '../hss/create-hss.ts'
import type { Impi } from '../identity/impi.ts'
import type { CardProfile } from '../uicc/card-profile.ts'
import { BSF_DATABASE, HSS_DATABASE, SERVER_DATABASE, SERVER_PIN } from './lab-files.ts'
import { BSF_NAME, ENTITIES, NAF_ID, NAF_ORIGIN_HOST } from './lab-names.ts'
import type { LabContext } from './lab-ports.ts'

/** A subscriber whose card is in the lab. */
export interface LabSubscriber {
  readonly impi: Impi
  readonly card: CardProfile
}

/** The network side, running. */
export interface LabNetwork {
  /** `http://host:port` of the BSF. */
  readonly ubUrl: string
  /** `https://host:port/cpns` of the CPNS Server. */
  readonly serverUrl: string
  /** SHA-256 of the CPNS Server's key, for `--pin`. */
  readonly serverPin: string
  readonly server: CpnsServer
  readonly serverStore: ServerStore
  /** Life of sessions to come, in seconds. */
  readonly sessionLifetimes: { pnGw: number; pne: number }
}

const CPNS_PATH = '/cpns'
const CPNS_2_SUBPROTOCOL = 'cpns2.v1'
/** Default of design 12. */
const SESSION_SECONDS = 3600
const KEY_LIFETIME_SECONDS = 86_400

/** Starts HSS, BSF and CPNS Server. @throws {ConfigurationInvalid} If folder or ports cannot be used. */
export async function startNetwork(
  context: LabContext,
  subscribers: readonly LabSubscriber[],
): Promise<LabNetwork> {
  const bsf = startBsf(await startHss(context, subscribers), context)
  const { config, releases } = context
  const ub = await serveUb({ bsf, host: config.host, port: config.ports.ub })
  releases.push(() => ub.close())
  return {
    ubUrl: `http://${authority(config.host, ub.port)}`,
    ...(await startServer(bsf, context)),
  }
}

async function startHss(context: LabContext, subscribers: readonly LabSubscriber[]): Promise<Zh> {
  const { folder, releases } = context
  const store = openHssStore(folder.file(HSS_DATABASE), folder.sealer)
  releases.push(() => store.close())
  for (const { impi, card } of subscribers) {
    const { algorithm, subscriberKey, operatorVariant } = card.credentials
    await store.addSubscriber({
      impi,
      algorithm,
      subscriberKey,
      operatorVariant,
      amf: new Uint8Array(2),
      guss: formatGuss({
        id: impi,
        uiccType: 'GBA_U',
        lifeTimeSeconds: KEY_LIFETIME_SECONDS,
        ussList: [],
      }),
    })
  }
  return createHss({ nodeName: 'lab' }, { ...context, store })
}

function startBsf(hss: Zh, context: LabContext): Bsf {
  const { folder, releases } = context
  const store = openBsfStore(folder.file(BSF_DATABASE), folder.sealer)
  releases.push(() => store.close())
  return createBsf(
    {
      bsfName: BSF_NAME,
      nafs: [{ originHost: NAF_ORIGIN_HOST, fqdns: [NAF_ID.nafFqdn] }],
    },
    { ...context, store, zh: connectZh(hss, context) },
  )
}

async function startServer(bsf: Bsf, context: LabContext): Promise<Omit<LabNetwork, 'ubUrl'>> {
  const { config, folder, releases } = context
  const store = openServerStore(folder.file(SERVER_DATABASE), folder.sealer)
  releases.push(() => store.close())
  const sessionLifetimes = { pnGw: config.storySessionSeconds, pne: SESSION_SECONDS }
  const server = createCpnsServer(
    {
      entityId: ENTITIES.server,
      nodeId: 'lab',
      ...NAF_ID,
      gbaKeyType: 'ks-ext-naf',
      allowGbaMe: false,
      firstUse: 'bind',
      algorithms: ['HMAC-SHA-256'],
      sessionLifetimeSeconds: sessionLifetimes,
    },
    {
      ...context,
      store,
      bus: createMemoryBus(),
      zn: new Map([[BSF_NAME, connectZn(bsf, { ...context, originHost: NAF_ORIGIN_HOST })]]),
      stateRing: createSealingRing({ purpose: 'cpns state' }, { ...context, store }),
    },
  )
  releases.push(() => server.stop())
  const { port, pin } = await listen(server, context)
  const serverUrl = `https://${authority(config.host, port)}${CPNS_PATH}`
  return { serverUrl, serverPin: pin, server, serverStore: store, sessionLifetimes }
}

/** CPNS-2: HTTPS POST and WebSocket, under a certificate made at first start. Design 7 */
async function listen(
  server: CpnsServer,
  context: LabContext,
): Promise<{ readonly port: number; readonly pin: string }> {
  const { config, folder, releases } = context
  const tls = loadOrCreateCertificate(
    folder.file('server-tls'),
    { commonName: NAF_ID.nafFqdn, dnsNames: [NAF_ID.nafFqdn], ipAddresses: [config.host] },
    context,
  )
  const serving = await serveCpns({
    host: config.host,
    port: config.ports['cpns-2'],
    tls,
    log: context.log,
    post: {
      path: CPNS_PATH,
      async answer(octets, { remoteAddress }) {
        const { octets: body, unreadable } = await server.answerPost(octets, remoteAddress)
        return { status: unreadable ? 400 : 200, contentType: CPNS_MEDIA_TYPE, body }
      },
    },
    sockets: {
      path: CPNS_PATH,
      subprotocol: CPNS_2_SUBPROTOCOL,
      accept: (socket) => void server.serveSocket(socket),
    },
  })
  releases.push(() => serving.close())
  writeFileSync(folder.file(SERVER_PIN), `${tls.pin}\n`, { mode: 0o600 })
  return { port: serving.port, pin: tls.pin }
}

function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
