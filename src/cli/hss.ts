/** `cpns hss serve`: an HSS with its AuC as a process of its own, Zh over Diameter. Design 2, 10 */
import { Command, Option } from 'commander'
import { serveDiameterZh } from '../adapters/diameter/zh.ts'
import { serveHssAdmin } from '../adapters/hss-admin/serve-hss-admin.ts'
import { openAdminToken } from '../adapters/rest/admin-token.ts'
import { serveNhssGba } from '../adapters/sbi/zh.ts'
import { openHssStore } from '../adapters/sqlite/hss-store.ts'
import { createHss } from '../hss/create-hss.ts'
import type { HssStore } from '../hss/hss-store.ts'
import { ADMIN_TOKEN, HSS_DATABASE } from '../lab/lab-files.ts'
import { needed, wordList } from './config-file.ts'
import {
  DIAMETER_LISTEN,
  diameterListenerOf,
  diameterNamesOf,
  fqdnsOf,
  listenerTlsOf,
  plainClientsOf,
  type TlsFiles,
} from './diameter-flags.ts'
import { formatHostPort, type HostPort, parseHostPort } from './host-port.ts'
import { MASTER_KEY_FLAG } from './master-key-flag.ts'
import { packageVersion } from './package-version.ts'
import type { Said } from './say.ts'
import { type EntityContext, type EntityFlags, servable, serveEntity } from './serve-entity.ts'
import { parseWholeNumber } from './whole-number.ts'

/** Of `--admin` alone. Design 12 */
const ADMIN: HostPort = { host: '127.0.0.1', port: 9090 }

interface HssFlags extends TlsFiles, EntityFlags {
  readonly data?: string
  readonly originHost?: string
  readonly originRealm?: string
  readonly bsf?: readonly string[]
  readonly relay?: readonly string[]
  readonly listen: HostPort
  readonly http2Listen?: HostPort
  readonly plainClient?: readonly string[]
  readonly admin?: HostPort
  readonly leaseSize: number
}

/** The command with its subcommand. */
export function hssCommand(): Command {
  const command = new Command('hss').description('an HSS with its AuC: vectors for a BSF over Zh')
  const serve = command
    .command('serve')
    .description('serve Zh over Diameter to the BSFs that are named, until Ctrl-C')
    .option('--data <dir>', 'data folder with the subscribers; made if it is missing')
    .option(...MASTER_KEY_FLAG)
    .option('--origin-host <fqdn>', 'its name in Diameter')
    .option('--origin-realm <fqdn>', 'its realm; default --origin-host without its first label')
    .option('--bsf <origin-hosts...>', 'names of the BSFs that get vectors', wordList)
    .option('--relay <origin-hosts...>', 'names of relay agents that are trusted', wordList)
    .addOption(listenOption())
    .addOption(
      new Option(
        '--http2-listen <host:port>',
        'where Nhss_gba is served; default nowhere',
      ).argParser(parseHostPort),
    )
    .option('--plain-client <ip=name...>', 'who asks over HTTP/2 without TLS', wordList)
    .option('--tls-cert <file>', 'PEM; with --tls-key and --client-ca: TLS, not clear TCP')
    .option('--tls-key <file>', 'PEM')
    .option('--client-ca <file>', "PEM; a BSF's certificate names its Origin-Host")
    .addOption(adminOption())
    .option('--lease-size <n>', 'SEQ values that are made durable at once', parseWholeNumber, 32)
  servable(serve, 'CPNS_HSS').addHelpText('after', EXAMPLE).action(runHss)
  return command
}

function listenOption(): Option {
  return new Option('--listen <host:port>', 'where Zh is served; with TLS the default is port 5658')
    .argParser(parseHostPort)
    .default(DIAMETER_LISTEN, formatHostPort(DIAMETER_LISTEN))
}

function adminOption(): Option {
  return new Option('--admin [host:port]', 'where subscribers are administered; default nowhere')
    .argParser(parseHostPort)
    .preset(formatHostPort(ADMIN))
}

const EXAMPLE = `
Example:
  cpns subscriber import --data ./hss subscribers.csv
  cpns hss serve --data ./hss --origin-host hss.ims.example --bsf bsf.ims.example`

async function runHss(flags: HssFlags): Promise<void> {
  const data = needed(flags.data, 'data')
  const { admin } = flags
  const names = diameterNamesOf(needed(flags.originHost, 'origin-host'), flags.originRealm)
  const settings = {
    ...names,
    ...diameterListenerOf(flags.listen, flags),
    bsfs: fqdnsOf('--bsf', needed(flags.bsf, 'bsf')),
    relays: fqdnsOf('--relay', flags.relay),
    leaseSize: flags.leaseSize,
  }
  const http2 = flags.http2Listen && {
    ...flags.http2Listen,
    ...listenerTlsOf(flags),
    plainClients: plainClientsOf('--plain-client', flags.plainClient),
  }
  await serveEntity({ entity: 'hss', data, flags }, (context) =>
    startHss({ ...settings, ...(http2 && { http2 }), ...(admin && { admin }) }, context),
  )
}

type HssSettings = Omit<Parameters<typeof serveDiameterZh>[0], 'hss'> & {
  readonly leaseSize: number
  readonly admin?: HostPort
  readonly http2?: Pick<
    Parameters<typeof serveNhssGba>[0],
    'host' | 'port' | 'tls' | 'plainClients'
  >
}

async function startHss(
  { leaseSize, http2, admin, ...settings }: HssSettings,
  context: EntityContext,
): Promise<readonly Said[]> {
  const { folder, releases } = context
  const store = openHssStore(folder.file(HSS_DATABASE), folder.sealer)
  releases.push(() => store.close())
  context.watch(store)
  const hss = createHss({ nodeName: settings.originHost, leaseSize }, { ...context, store })
  const server = await serveDiameterZh({ ...settings, hss }, context)
  releases.push(() => server.close())
  const at = formatHostPort({ host: settings.host, port: server.port })
  const { originHost, originRealm } = settings
  const form = settings.tls === undefined ? 'TCP' : 'TLS'
  const said: Said[] = [
    {
      fields: { originHost, originRealm, zh: { address: at, form: `Diameter ${form}` } },
      lines: [`HSS   ${originHost} of realm ${originRealm}`, `Zh    Diameter ${form} ${at}`],
    },
  ]
  if (http2) {
    const { bsfs } = settings
    said.push(await startHttp2({ ...http2, hss, subscribers: store, bsfs }, context))
  }
  if (admin) said.push(await startAdmin({ ...admin, tls: settings.tls }, store, context))
  return said
}

/** Under the certificate of Zh, if that has one. */
async function startAdmin(
  { tls, ...at }: HostPort & { readonly tls: HssSettings['tls'] },
  store: HssStore,
  context: EntityContext,
): Promise<Said> {
  const tokenFile = context.folder.file(ADMIN_TOKEN)
  const authorization = openAdminToken(tokenFile, context)
  const options = { ...at, ...(tls && { tls }), version: packageVersion() }
  const served = await serveHssAdmin(options, { ...context, store, authorization })
  context.releases.push(() => served.close())
  const url = `${served.url}/admin`
  return {
    fields: { admin: { url, tokenFile } },
    lines: [`admin ${url}, with the token of ${tokenFile}`],
  }
}

async function startHttp2(
  options: Parameters<typeof serveNhssGba>[0],
  context: EntityContext,
): Promise<Said> {
  const server = await serveNhssGba({ ...options, log: context.log }, context)
  context.releases.push(() => server.close())
  const scheme = options.tls === undefined ? 'http' : 'https'
  const url = `${scheme}://${formatHostPort({ host: options.host, port: server.port })}`
  return { fields: { nhssGba: url }, lines: [`Zh    HTTP/2 ${url}`] }
}
