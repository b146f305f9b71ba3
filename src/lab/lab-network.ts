/** The network side of the lab: HSS, BSF and CPNS Server, each on its real transport. Design 2, 10 */
import { writeFileSync } from 'node:fs'
import { serveCpnsServer } from '../adapters/cpns-server/serve-cpns-server.ts'
import { openBsfStore } from '../adapters/sqlite/bsf-store.ts'
import { openHssStore } from '../adapters/sqlite/hss-store.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { serveUb } from '../adapters/ub/serve-ub.ts'
import type { BsfStore } from '../bsf/bsf-store.ts'
import { type Bsf, createBsf } from '../bsf/create-bsf.ts'
import type { CpnsServer } from '../cpns-server/create-cpns-server.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import { formatGuss } from '../gba/guss.ts'
import type { Zh } from '../gba/zh.ts'
import type { Zn } from '../gba/zn.ts'
import { createHss } from '../hss/create-hss.ts'
import type { Impi } from '../identity/impi.ts'
import type { Store } from '../ports/store.ts'
import type { CardProfile } from '../uicc/card-profile.ts'
import { BSF_DATABASE, HSS_DATABASE, SERVER_DATABASE, SERVER_PIN } from './lab-files.ts'
import { type LabHss, type LabLink, linkZh, linkZn } from './lab-links.ts'
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
  /** Where Zh is served. */
  readonly zhAddress: string
  /** Where Zn is served. */
  readonly znAddress: string
  /** `https://host:port/cpns` of the CPNS Server. */
  readonly serverUrl: string
  /** SHA-256 of the CPNS Server's key, for `--pin`. */
  readonly serverPin: string
  readonly server: CpnsServer
  readonly serverStore: ServerStore
  /** Of all three, by name of the entity. */
  readonly stores: Readonly<Record<string, Pick<Store, 'check'>>>
  /** Life of sessions to come, in seconds. */
  readonly sessionLifetimes: { pnGw: number; pne: number }
}

/** Default of design 12. */
const SESSION_SECONDS = 3600
const KEY_LIFETIME_SECONDS = 86_400

/** Starts HSS, BSF and CPNS Server. @throws {ConfigurationInvalid} If folder or ports cannot be used. */
export async function startNetwork(
  context: LabContext,
  subscribers: readonly LabSubscriber[],
): Promise<LabNetwork> {
  const hss = await startHss(context, subscribers)
  const zh = await linkZh(hss, context)
  const { bsf, store: bsfStore } = startBsf(zh, context)
  const { config, releases } = context
  const ub = await serveUb({ bsf, host: config.host, port: config.ports.ub })
  releases.push(() => ub.close())
  const zn = await linkZn(bsf, context)
  const server = await startServer(zn, context)
  return {
    ubUrl: `http://${authority(config.host, ub.port)}`,
    zhAddress: zh.address,
    znAddress: zn.address,
    ...server,
    stores: { HSS: hss.store, BSF: bsfStore, 'CPNS Server': server.serverStore },
  }
}

async function startHss(
  context: LabContext,
  subscribers: readonly LabSubscriber[],
): Promise<LabHss> {
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
  return { hss: createHss({ nodeName: 'lab' }, { ...context, store }), store }
}

function startBsf({ port: zh }: LabLink<Zh>, context: LabContext): { bsf: Bsf; store: BsfStore } {
  const { folder, releases } = context
  const store = openBsfStore(folder.file(BSF_DATABASE), folder.sealer)
  releases.push(() => store.close())
  const bsf = createBsf(
    {
      bsfName: BSF_NAME,
      nafs: [{ originHost: NAF_ORIGIN_HOST, fqdns: [NAF_ID.nafFqdn] }],
    },
    { ...context, store, zh },
  )
  return { bsf, store }
}

type ServerPart = Omit<LabNetwork, 'ubUrl' | 'zhAddress' | 'znAddress' | 'stores'>

/** CPNS-2 under a certificate made at first start, whose pin is written down. Design 7 */
async function startServer({ port: zn }: LabLink<Zn>, context: LabContext): Promise<ServerPart> {
  const { config, folder, releases } = context
  const store = openServerStore(folder.file(SERVER_DATABASE), folder.sealer)
  releases.push(() => store.close())
  const sessionLifetimes = { pnGw: config.storySessionSeconds, pne: SESSION_SECONDS }
  const served = await serveCpnsServer(
    {
      entityId: ENTITIES.server,
      nodeId: 'lab',
      ...NAF_ID,
      gbaKeyType: 'ks-ext-naf',
      allowGbaMe: false,
      firstUse: 'bind',
      algorithms: ['HMAC-SHA-256'],
      sessionLifetimeSeconds: sessionLifetimes,
      listen: { host: config.host, port: config.ports['cpns-2'] },
      certificateFolder: folder.file('server-tls'),
    },
    { ...context, store, zn: new Map([[BSF_NAME, zn]]) },
  )
  releases.push(() => served.close())
  const { url: serverUrl, pin: serverPin, server } = served
  writeFileSync(folder.file(SERVER_PIN), `${serverPin}\n`, { mode: 0o600 })
  return { serverUrl, serverPin, server, serverStore: store, sessionLifetimes }
}

function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
