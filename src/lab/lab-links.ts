/** How the lab's HSS, BSF and CPNS Server reach each other: Zh and Zn on a wire, or within the process. Design 10 */
import { connectDiameterZh, serveDiameterZh } from '../adapters/diameter/zh.ts'
import { connectDiameterZn, serveDiameterZn } from '../adapters/diameter/zn.ts'
import { connectZh } from '../adapters/in-process/zh.ts'
import { connectZn } from '../adapters/in-process/zn.ts'
import type { Bsf } from '../bsf/create-bsf.ts'
import type { Zh } from '../gba/zh.ts'
import type { Zn } from '../gba/zn.ts'
import { BSF_NAME, HSS_NAME, HSS_REALM, NAF_ORIGIN_HOST } from './lab-names.ts'
import type { LabContext } from './lab-ports.ts'

/** A way to somebody, and where it leads for who looks on. */
export interface LabLink<Port> {
  readonly port: Port
  /** For instance `diameter://127.0.0.1:40123`. */
  readonly address: string
}

const BSF_NAMES = { originHost: BSF_NAME, originRealm: BSF_NAME.slice(BSF_NAME.indexOf('.') + 1) }
const HSS_NAMES = { originHost: HSS_NAME, originRealm: HSS_REALM }
const NAF_NAMES = {
  originHost: NAF_ORIGIN_HOST,
  originRealm: NAF_ORIGIN_HOST.slice(NAF_ORIGIN_HOST.indexOf('.') + 1),
}

/** The BSF's way to this HSS. @throws {ConfigurationInvalid} If the port cannot be used. */
export async function linkZh(hss: Zh, context: LabContext): Promise<LabLink<Zh>> {
  const { config, releases } = context
  if (config.zh === 'in-process') return { port: connectZh(hss, context), address: 'in process' }
  const { host } = config
  const server = await serveDiameterZh(
    { hss, bsfs: [BSF_NAME], ...HSS_NAMES, host, port: config.ports.zh },
    context,
  )
  releases.push(() => server.close())
  const targets = [{ host, port: server.port, originHost: HSS_NAME }]
  const zh = connectDiameterZh({ ...BSF_NAMES, targets, destinationRealm: HSS_REALM }, context)
  releases.push(() => zh.close())
  return { port: zh, address: diameterAddress(host, server.port) }
}

/** The CPNS Server's way to this BSF. @throws {ConfigurationInvalid} If the port cannot be used. */
export async function linkZn(bsf: Bsf, context: LabContext): Promise<LabLink<Zn>> {
  const { config, releases } = context
  if (config.zn === 'in-process') {
    const port = connectZn(bsf, { ...context, originHost: NAF_ORIGIN_HOST })
    return { port, address: 'in process' }
  }
  const { host } = config
  const server = await serveDiameterZn(
    { bsf, ...BSF_NAMES, host, port: config.ports.zn, peers: [NAF_ORIGIN_HOST] },
    context,
  )
  releases.push(() => server.close())
  const targets = [{ host, port: server.port, originHost: BSF_NAME }]
  const destinationRealm = BSF_NAMES.originRealm
  const zn = connectDiameterZn({ ...NAF_NAMES, targets, destinationRealm }, context)
  releases.push(() => zn.close())
  return { port: zn, address: diameterAddress(host, server.port) }
}

function diameterAddress(host: string, port: number): string {
  return `diameter://${host.includes(':') ? `[${host}]` : host}:${port}`
}
