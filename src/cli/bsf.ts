/** `cpns bsf serve`: a BSF as a process of its own, Ub over HTTP, Zh and Zn over Diameter. Design 2, 10 */
import { Command, Option } from 'commander'
import { connectDiameterZh } from '../adapters/diameter/zh.ts'
import { serveDiameterZn } from '../adapters/diameter/zn.ts'
import { connectNhssGba } from '../adapters/sbi/zh.ts'
import { serveNbspGba, serveZnWebService } from '../adapters/sbi/zn.ts'
import { openBsfStore } from '../adapters/sqlite/bsf-store.ts'
import { serveUb } from '../adapters/ub/serve-ub.ts'
import { type Bsf, createBsf } from '../bsf/create-bsf.ts'
import type { BsfOptions } from '../bsf/options.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { BSF_DATABASE } from '../lab/lab-files.ts'
import { needed, wordList } from './config-file.ts'
import {
  DIAMETER_LISTEN,
  diameterListenerOf,
  diameterNamesOf,
  diameterTargetOf,
  fqdnsOf,
  listenerTlsOf,
  type PeerTlsFiles,
  peerTlsOf,
  plainClientsOf,
  realmOf,
  type TlsFiles,
} from './diameter-flags.ts'
import { readFlag, readOctets } from './flag-values.ts'
import { formatHostPort, type HostPort, parseHostPort } from './host-port.ts'
import { MASTER_KEY_FLAG } from './master-key-flag.ts'
import { parseNafRules } from './naf-rule.ts'
import type { Said } from './say.ts'
import { type EntityContext, type EntityFlags, servable, serveEntity } from './serve-entity.ts'
import { parseWholeNumber } from './whole-number.ts'

/** Ub. Design 12 */
const UB_LISTEN: HostPort = { host: '127.0.0.1', port: 8080 }
const DAY_SECONDS = 86_400

interface BsfFlags extends TlsFiles, PeerTlsFiles, EntityFlags {
  readonly data?: string
  readonly name?: string
  readonly originHost?: string
  readonly originRealm?: string
  readonly listen: HostPort
  readonly znListen: HostPort
  readonly http2Listen?: HostPort
  readonly webServiceListen?: HostPort
  readonly plainClient?: readonly string[]
  readonly hss?: readonly string[]
  readonly hssUrl?: string
  readonly hssRealm?: string
  readonly naf?: readonly string[]
  readonly relay?: readonly string[]
  readonly keyLifetime: number
  readonly challengeLifetime: number
  readonly challengesPerImpi: number
  readonly challengesPerAddress: number
  readonly challengeUnknown?: string
}

/** The command with its subcommand. */
export function bsfCommand(): Command {
  const command = new Command('bsf').description(
    'a BSF (GBA Bootstrapping Server Function): Ub for UEs, Zn for NAFs',
  )
  const serve = command
    .command('serve')
    .description('bootstrap UEs over Ub with vectors of an HSS, and give NAFs their keys')
    .option('--data <dir>', 'data folder; made if it is missing')
    .option(...MASTER_KEY_FLAG)
    .option('--name <fqdn>', 'FQDN of the BSF: realm of Ub, domain of its B-TIDs')
    .option('--origin-host <fqdn>', 'its name in Diameter; default --name')
    .option('--origin-realm <fqdn>', 'its realm; default --origin-host without its first label')
  addListeners(serve)
  addPeers(serve)
  servable(serve, 'CPNS_BSF').addHelpText('after', EXAMPLE).action(runBsf)
  return command
}

function addListeners(serve: Command): void {
  serve
    .addOption(addressOption('--listen <host:port>', 'where Ub is served (HTTP)', UB_LISTEN))
    .addOption(
      addressOption(
        '--zn-listen <host:port>',
        'where Zn is served; with TLS the default is port 5658',
        DIAMETER_LISTEN,
      ),
    )
    .addOption(nowhere('--http2-listen <host:port>', 'where Nbsp_GBA (HTTP/2) is served'))
    .addOption(nowhere('--web-service-listen <host:port>', 'where the Zn web service is served'))
    .option('--plain-client <ip=name...>', 'who asks over HTTP without TLS', wordList)
    .option('--tls-cert <file>', 'PEM; with --tls-key and --client-ca: Zn over TLS')
    .option('--tls-key <file>', 'PEM')
    .option('--client-ca <file>', "PEM; a NAF's certificate names its Origin-Host")
    .option('--key-lifetime <seconds>', 'of a Ks without GUSS', parseWholeNumber, DAY_SECONDS)
    .option('--challenge-lifetime <seconds>', 'to answer a challenge', parseWholeNumber, 60)
    .option('--challenges-per-impi <n>', 'of one user in a minute', parseWholeNumber, 30)
    .option('--challenges-per-address <n>', 'of one address in a minute', parseWholeNumber, 6000)
    .option('--challenge-unknown <amf>', 'hex; challenge unknown IMPIs too; default 403')
}

function addPeers(serve: Command): void {
  serve
    .option('--hss <origin-host=host:port...>', 'HSSs, or relays to one; the first first', wordList)
    .option('--hss-url <url>', 'Nhss_gba (HTTP/2) of the HSS, in place of --hss')
    .option('--hss-realm <fqdn>', 'realm of the HSS; default its name without its first label')
    .option('--peer-ca <file>', 'PEM; Zh over TLS, under these CAs')
    .option('--peer-pin <sha256>', 'of the key of its certificate, in place of --peer-ca')
    .option('--peer-cert <file>', 'PEM; our certificate towards the HSS')
    .option('--peer-key <file>', 'PEM')
    .option(
      '--naf <origin-host=fqdn,fqdn;...>',
      'who may have keys of which FQDN; may come again',
      wordList,
    )
    .option('--relay <origin-hosts...>', 'names of relay agents that are trusted', wordList)
}

function addressOption(flags: string, text: string, at: HostPort): Option {
  return new Option(flags, text).argParser(parseHostPort).default(at, formatHostPort(at))
}

function nowhere(flags: string, text: string): Option {
  return new Option(flags, `${text}; default nowhere`).argParser(parseHostPort)
}

const EXAMPLE = `
Example:
  cpns bsf serve --data ./bsf --name bsf.ims.example --hss hss.ims.example=127.0.0.1:3868 \\
    --zn-listen 127.0.0.1:3869 --naf 'cpns.example.org=cpns.example.org'
A NAF is ORIGIN-HOST=FQDN,FQDN, then ;group=NAME for its group, ;uss if a USS is required.`

async function runBsf(flags: BsfFlags): Promise<void> {
  const data = needed(flags.data, 'data')
  const settings = settingsOf(flags)
  await serveEntity({ entity: 'bsf', data, flags }, (context) => startBsf(settings, context))
}

/** @throws {ConfigurationInvalid} Naming the flag. */
function settingsOf(flags: BsfFlags) {
  const bsfName = readFlag('--name', () => parseFqdn(needed(flags.name, 'name')))
  const nafs = parseNafRules(flags.naf)
  const amf = readOctets('--challenge-unknown', flags.challengeUnknown, [2])
  const bsf: BsfOptions = {
    bsfName,
    nafs,
    keyLifetimeSeconds: flags.keyLifetime,
    challengeLifetimeMs: flags.challengeLifetime * 1000,
    challengeLimits: limitsOf(flags),
    ...(amf && { unknownImpi: { amf } }),
  }
  return {
    bsf,
    names: diameterNamesOf(flags.originHost ?? bsfName, flags.originRealm),
    ub: flags.listen,
    zh: zhOf(flags),
    zn: {
      ...diameterListenerOf(flags.znListen, flags),
      peers: nafs.map(({ originHost }) => originHost),
      relays: fqdnsOf('--relay', flags.relay),
    },
    http: {
      http2: flags.http2Listen,
      webService: flags.webServiceListen,
      ...listenerTlsOf(flags),
      plainClients: plainClientsOf('--plain-client', flags.plainClient),
    },
  }
}

function limitsOf({ challengesPerImpi, challengesPerAddress }: BsfFlags) {
  if (challengesPerImpi < 1 || challengesPerAddress < 1) {
    throw new ConfigurationInvalid('--challenges-per-impi, --challenges-per-address: at least 1')
  }
  return { perImpi: challengesPerImpi, perAddress: challengesPerAddress }
}

/** The way to the HSS: Diameter, or HTTP/2 by its URL. */
function zhOf(flags: BsfFlags) {
  if (flags.hssUrl !== undefined) return { apiRoot: flags.hssUrl, ...peerTlsOf(flags).tls }
  const targets = needed(flags.hss, 'hss').map((text) => ({
    ...diameterTargetOf('--hss', text),
    ...peerTlsOf(flags),
  }))
  const destinationRealm = realmOf('--hss-realm', targets[0]?.originHost ?? '', flags.hssRealm)
  return { targets, destinationRealm }
}

type BsfSettings = ReturnType<typeof settingsOf>

function connectHss({ names, zh }: BsfSettings, context: EntityContext) {
  return 'apiRoot' in zh
    ? connectNhssGba(zh, context)
    : connectDiameterZh({ ...names, ...zh }, context)
}

function hssSaid({ zh }: BsfSettings): Said {
  if ('apiRoot' in zh) {
    return { fields: { hss: [{ url: zh.apiRoot }] }, lines: [`Zh    HTTP/2 ${zh.apiRoot}`] }
  }
  const hss = zh.targets.map((one) => ({
    originHost: one.originHost,
    address: formatHostPort(one),
  }))
  const text = hss.map(({ originHost, address }) => `${originHost} at ${address}`).join(', ')
  return { fields: { hss }, lines: [`Zh    ${text}`] }
}

/** Zn over HTTP, where it is asked for. */
async function startHttp(
  bsf: Bsf,
  { http: { http2, webService, ...common } }: BsfSettings,
  context: EntityContext,
): Promise<readonly Said[]> {
  const said: Said[] = []
  const forms = [
    { at: http2, key: 'nbspGba', name: 'HTTP/2', serve: serveNbspGba },
    { at: webService, key: 'webService', name: 'web service', serve: serveZnWebService },
  ]
  for (const { at, key, name, serve } of forms) {
    if (at === undefined) continue
    const server = await serve({ bsf, ...common, ...at, log: context.log }, context)
    context.releases.push(() => server.close())
    const scheme = common.tls === undefined ? 'http' : 'https'
    const url = `${scheme}://${formatHostPort({ host: at.host, port: server.port })}`
    said.push({ fields: { [key]: url }, lines: [`Zn    ${name} ${url}`] })
  }
  return said
}

async function startBsf(settings: BsfSettings, context: EntityContext): Promise<readonly Said[]> {
  const { bsf: options, names, ub, zn } = settings
  const { folder, releases } = context
  const store = openBsfStore(folder.file(BSF_DATABASE), folder.sealer)
  releases.push(() => store.close())
  context.watch(store)
  const zh = connectHss(settings, context)
  releases.push(() => zh.close())
  const bsf = createBsf(options, { ...context, store, zh })
  const ubServer = await serveUb({ bsf, ...ub })
  releases.push(() => ubServer.close())
  const znServer = await serveDiameterZn({ ...names, ...zn, bsf }, context)
  releases.push(() => znServer.close())
  const znAt = formatHostPort({ host: zn.host, port: znServer.port })
  const ubUrl = `http://${formatHostPort({ host: ub.host, port: ubServer.port })}`
  const { bsfName } = options
  const form = zn.tls === undefined ? 'TCP' : 'TLS'
  return [
    {
      fields: { bsfName, ...names, ub: ubUrl, zn: { address: znAt, form: `Diameter ${form}` } },
      lines: [
        `BSF   ${bsfName}; in Diameter ${names.originHost} of realm ${names.originRealm}`,
        `Ub    ${ubUrl}`,
        `Zn    Diameter ${form} ${znAt}`,
      ],
    },
    ...(await startHttp(bsf, settings, context)),
    hssSaid(settings),
  ]
}
