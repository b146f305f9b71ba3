/** How the lab's HSS, BSF and CPNS Server reach each other: Zh and Zn on a wire, or within the process. Design 10 */
import { connectDiameterZh, serveDiameterZh } from '../adapters/diameter/zh.ts'
import { connectDiameterZn, serveDiameterZn } from '../adapters/diameter/zn.ts'
import { connectZh } from '../adapters/in-process/zh.ts'
import { connectZn } from '../adapters/in-process/zn.ts'
import { connectNhssGba, serveNhssGba } from '../adapters/sbi/zh.ts'
import {
  connectNbspGba,
  connectZnWebService,
  serveNbspGba,
  serveZnWebService,
} from '../adapters/sbi/zn.ts'
import type { Bsf } from '../bsf/create-bsf.ts'
import type { Zh } from '../gba/zh.ts'
import type { Zn } from '../gba/zn.ts'
import type { HssStore } from '../hss/hss-store.ts'
import type { LabConfig } from './lab-config.ts'
import { BSF_NAME, HSS_NAME, HSS_REALM, NAF_ORIGIN_HOST } from './lab-names.ts'
import type { LabContext } from './lab-ports.ts'

/** A way to somebody, and where it leads for who looks on. */
export interface LabLink<Port> {
  readonly port: Port
  /** For instance `diameter://127.0.0.1:40123`. */
  readonly address: string
}

/** An HSS and its subscribers, whose settings HTTP/2 asks for on their own. TS 29.562 */
export interface LabHss {
  readonly hss: Zh
  readonly store: HssStore
}

const BSF_NAMES = { originHost: BSF_NAME, originRealm: BSF_NAME.slice(BSF_NAME.indexOf('.') + 1) }
const HSS_NAMES = { originHost: HSS_NAME, originRealm: HSS_REALM }
const NAF_NAMES = {
  originHost: NAF_ORIGIN_HOST,
  originRealm: NAF_ORIGIN_HOST.slice(NAF_ORIGIN_HOST.indexOf('.') + 1),
}

type Links<From, To> = (from: From, context: LabContext) => Promise<LabLink<To>>

/** The BSF's way to this HSS. @throws {ConfigurationInvalid} If the port cannot be used. */
export const linkZh: Links<LabHss, Zh> = (hss, context) => ZH_LINKS[context.config.zh](hss, context)

/** The CPNS Server's way to this BSF. @throws {ConfigurationInvalid} If the port cannot be used. */
export const linkZn: Links<Bsf, Zn> = (bsf, context) => ZN_LINKS[context.config.zn](bsf, context)

const ZH_LINKS: Readonly<Record<LabConfig['zh'], Links<LabHss, Zh>>> = {
  'in-process': async ({ hss }, context) => ({
    port: connectZh(hss, context),
    address: 'in process',
  }),

  async diameter({ hss }, context) {
    const { host, ports } = context.config
    const options = { hss, bsfs: [BSF_NAME], ...HSS_NAMES, host, port: ports.zh }
    const { port } = held(await serveDiameterZh(options, context), context)
    const targets = [{ host, port, originHost: HSS_NAME }]
    const to = { ...BSF_NAMES, targets, destinationRealm: HSS_REALM }
    return {
      port: held(connectDiameterZh(to, context), context),
      address: addressOf('diameter', host, port),
    }
  },

  async http2({ hss, store }, context) {
    const { host, ports } = context.config
    const server = await serveNhssGba(
      {
        hss,
        subscribers: store,
        bsfs: [BSF_NAME],
        ...plainClient(BSF_NAME, context),
        port: ports.zh,
      },
      context,
    )
    const apiRoot = addressOf('http', host, held(server, context).port)
    return { port: held(connectNhssGba({ apiRoot }, context), context), address: apiRoot }
  },
}

const ZN_LINKS: Readonly<Record<LabConfig['zn'], Links<Bsf, Zn>>> = {
  'in-process': async (bsf, context) => ({
    port: connectZn(bsf, { ...context, originHost: NAF_ORIGIN_HOST }),
    address: 'in process',
  }),

  async diameter(bsf, context) {
    const { host, ports } = context.config
    const options = { bsf, ...BSF_NAMES, host, port: ports.zn, peers: [NAF_ORIGIN_HOST] }
    const { port } = held(await serveDiameterZn(options, context), context)
    const targets = [{ host, port, originHost: BSF_NAME }]
    const to = { ...NAF_NAMES, targets, destinationRealm: BSF_NAMES.originRealm }
    return {
      port: held(connectDiameterZn(to, context), context),
      address: addressOf('diameter', host, port),
    }
  },

  async http2(bsf, context) {
    const options = { bsf, ...plainClient(NAF_ORIGIN_HOST, context), port: context.config.ports.zn }
    const { port } = held(await serveNbspGba(options, context), context)
    const apiRoot = addressOf('http', context.config.host, port)
    return { port: held(connectNbspGba({ apiRoot }, context), context), address: apiRoot }
  },

  async 'web-service'(bsf, context) {
    const options = { bsf, ...plainClient(NAF_ORIGIN_HOST, context), port: context.config.ports.zn }
    const { port } = held(await serveZnWebService(options, context), context)
    const apiRoot = addressOf('http', context.config.host, port)
    return { port: held(connectZnWebService({ apiRoot }, context), context), address: apiRoot }
  },
}

/** In the clear on this machine, who asks is known by its address. */
function plainClient(name: string, { config: { host } }: LabContext) {
  return { host, plainClients: { [host]: name } }
}

/** Is closed when the lab ends. */
function held<T extends { close(): Promise<unknown> }>(what: T, { releases }: LabContext): T {
  releases.push(async () => {
    await what.close()
  })
  return what
}

function addressOf(scheme: string, host: string, port: number): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
