/** The BSFs of a CPNS Server, as its flags name them, and its Zn to each of them. Design 4, 10 */
import { connectDiameterZn, type ZnConnection } from '../adapters/diameter/zn.ts'
import { connectNbspGba, connectZnWebService } from '../adapters/sbi/zn.ts'
import type { ConsolePeer } from '../adapters/server-admin/server-console.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import {
  type DiameterNames,
  diameterTargetOf,
  type PeerTlsFiles,
  peerTlsOf,
  realmOf,
} from './diameter-flags.ts'
import { readFlag } from './flag-values.ts'
import { formatHostPort } from './host-port.ts'
import type { EntityContext } from './serve-entity.ts'

/** What a BSF is reached with, beside its own flag. */
export interface BsfFlags extends PeerTlsFiles {
  readonly bsfRealm?: string
}

/** A BSF of `--bsf`. */
export type ServerBsf = ReturnType<typeof bsfOf>

/** The same, and Zn to it. */
export type ConnectedBsf = ServerBsf & { readonly zn: ZnConnection }

/**
 * `BSF-NAME=HOST:PORT`, `BSF-NAME=ORIGIN-HOST@HOST:PORT`, or a URL behind the name.
 *
 * @throws {ConfigurationInvalid} Naming the flag.
 */
export function bsfOf(text: string, flags: BsfFlags) {
  const [, name = '', form, url] = /^([^=]*)=(soap\+)?(https?:\/\/.*)$/.exec(text) ?? []
  if (url === undefined) return diameterBsfOf(text, flags)
  const bsfName = readFlag('--bsf', () => parseFqdn(name))
  const isWebService = form !== undefined
  return { bsfName, url, isWebService, tls: peerTlsOf(flags).tls }
}

function diameterBsfOf(text: string, flags: BsfFlags) {
  const [, name = '', originHost = name, at = ''] = /^([^=]*)=(?:([^@]*)@)?(.*)$/.exec(text) ?? []
  const bsfName = readFlag('--bsf', () => parseFqdn(name))
  const target = { ...diameterTargetOf('--bsf', `${originHost}=${at}`), ...peerTlsOf(flags) }
  const destinationRealm = realmOf('--bsf-realm', originHost, flags.bsfRealm)
  return { bsfName, target, destinationRealm }
}

/** Connects to each of them, until the entity ends. */
export function connectBsfs(
  bsfs: readonly ServerBsf[],
  names: DiameterNames,
  context: EntityContext,
): readonly ConnectedBsf[] {
  return bsfs.map((bsf) => {
    const zn = connectBsf(bsf, names, context)
    context.releases.push(() => zn.close())
    return { ...bsf, zn }
  })
}

/** A BSF as the console shows its health. */
export function peerOf(bsf: ConnectedBsf): ConsolePeer {
  const address = 'target' in bsf ? formatHostPort(bsf.target) : bsf.url
  return { name: `Zn ${bsf.bsfName}`, address, isUsable: () => bsf.zn.isUsable() }
}

function connectBsf(bsf: ServerBsf, names: DiameterNames, context: EntityContext) {
  if ('target' in bsf) {
    const { target, destinationRealm } = bsf
    return connectDiameterZn({ ...names, targets: [target], destinationRealm }, context)
  }
  const options = { apiRoot: bsf.url, ...bsf.tls } as Parameters<typeof connectNbspGba>[0]
  return bsf.isWebService ? connectZnWebService(options, context) : connectNbspGba(options, context)
}
