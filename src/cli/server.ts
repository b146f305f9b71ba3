/** `cpns server serve`: a CPNS Server as a process of its own, Zn over Diameter. Design 2, 10 */
import { writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { serveAppApi } from '../adapters/app/serve-app-api.ts'
import {
  type ServeCpnsServerOptions,
  serveCpnsServer,
} from '../adapters/cpns-server/serve-cpns-server.ts'
import { openAppStore } from '../adapters/sqlite/app-store.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { keepHeapCompact } from '../adapters/system/compact-heap.ts'
import { loadOrCreateCertificate } from '../adapters/tls/load-or-create-certificate.ts'
import { MAX_SESSION_SECONDS } from '../cpns/message-declarations.ts'
import type { CpnsServer } from '../cpns-server/create-cpns-server.ts'
import type { GbaKeyType } from '../cpns-server/options.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { parseUaId, UA_ID_CPNS } from '../identity/naf-id.ts'
import { APP_DATABASE, SERVER_DATABASE, SERVER_PIN } from '../lab/lab-files.ts'
import { algorithmOption, algorithmsOf } from './algorithm-flag.ts'
import { needed, wordList } from './config-file.ts'
import { diameterNamesOf } from './diameter-flags.ts'
import { readFlag } from './flag-values.ts'
import { formatHostPort, type HostPort, parseHostPort } from './host-port.ts'
import { addMailbox, type MailboxFlags, mailboxOf } from './mailbox-flags.ts'
import { MASTER_KEY_FLAG } from './master-key-flag.ts'
import { packageVersion } from './package-version.ts'
import {
  addPasswordPolicy,
  type PasswordPolicyFlags,
  passwordPolicyOf,
} from './password-policy-flags.ts'
import type { Said } from './say.ts'
import { type EntityContext, type EntityFlags, servable, serveEntity } from './serve-entity.ts'
import { prepareServerAdmin, serverAdminOption } from './server-admin.ts'
import { type BsfFlags, bsfOf, connectBsfs, peerOf } from './server-bsfs.ts'
import { bsfsSaid, serverSaid } from './server-said.ts'
import { parseWholeNumber } from './whole-number.ts'

/** CPNS-2. Design 12 */
const LISTEN: HostPort = { host: '127.0.0.1', port: 8443 }
const SESSION_SECONDS = 3600

interface ServerFlags extends BsfFlags, PasswordPolicyFlags, MailboxFlags, EntityFlags {
  readonly data?: string
  readonly entity?: string
  readonly nafFqdn?: string
  readonly uaId: string
  readonly originHost?: string
  readonly originRealm?: string
  readonly bsf?: readonly string[]
  readonly listen: HostPort
  readonly psk?: HostPort
  readonly api?: HostPort
  readonly admin?: HostPort
  readonly gbaKey: GbaKeyType
  readonly algorithm?: readonly string[]
  readonly gsid?: number
  readonly allowGbaMe: boolean
  readonly firstUse: 'refuse' | 'bind'
  readonly session: number
  readonly pneSession: number
}

/** The command with its subcommand. */
export function serverCommand(): Command {
  const command = new Command('server').description('a CPNS Server, which is a NAF')
  const serve = command
    .command('serve')
    .description('authenticate PN GWs and PNEs, forward their messages, until Ctrl-C')
    .option('--data <dir>', 'data folder; made if it is missing')
    .option(...MASTER_KEY_FLAG)
    .option('--entity <uri>', 'EntityID of the server')
    .option('--naf-fqdn <name>', 'its FQDN as NAF, which no peer can change')
    .option('--ua-id <hex>', 'Ua security protocol identifier of the EUKey', UA_ID_CPNS)
  addListeners(serve)
  addBsfs(serve)
  addPolicy(serve)
  addPasswordPolicy(serve)
  addMailbox(serve)
  servable(serve, 'CPNS_SERVER').addHelpText('after', EXAMPLE).action(runServer)
  return command
}

function addListeners(serve: Command): void {
  serve
    .addOption(
      new Option('--listen <host:port>', 'where CPNS-2 is served (HTTPS)')
        .argParser(parseHostPort)
        .default(LISTEN, formatHostPort(LISTEN)),
    )
    .addOption(
      new Option(
        '--psk <host:port>',
        'where CPNS-2 is served by PSK-TLS; default nowhere',
      ).argParser(parseHostPort),
    )
    .addOption(
      new Option('--api <host:port>', 'where applications are served; default nowhere').argParser(
        parseHostPort,
      ),
    )
    .addOption(serverAdminOption())
}

function addBsfs(serve: Command): void {
  serve
    .option('--bsf <bsf-name=host:port...>', 'BSFs by the domain of their B-TIDs', wordList)
    .option('--bsf-realm <fqdn>', 'their realm; default the BSF name without its first label')
    .option('--origin-host <fqdn>', 'our name in Diameter; default --naf-fqdn')
    .option('--origin-realm <fqdn>', 'our realm; default --origin-host without its first label')
    .option('--peer-ca <file>', 'PEM; Zn over TLS, under these CAs')
    .option('--peer-pin <sha256>', 'of the key of its certificate, in place of --peer-ca')
    .option('--peer-cert <file>', 'PEM; our certificate towards the BSF')
    .option('--peer-key <file>', 'PEM')
}

function addPolicy(serve: Command): void {
  serve
    .addOption(
      new Option('--gba-key <type>', 'which key of a GBA_U run is the EUKey')
        .choices(['ks-ext-naf', 'ks-int-naf'])
        .default('ks-ext-naf'),
    )
    .addOption(algorithmOption('accepted for the handshake, best first; default HMAC-SHA-256'))
    .option('--gsid <n>', 'GAA-Service-Identifier whose settings count', parseWholeNumber)
    .option('--allow-gba-me', 'whether a card without GBA_U is good enough', false)
    .addOption(
      new Option('--first-use <what>', 'an entity without an owner is refused, or bound')
        .choices(['refuse', 'bind'])
        .default('refuse'),
    )
    .option('--session <seconds>', 'life of sessions of PN GWs', parseWholeNumber, SESSION_SECONDS)
    .option(
      '--pne-session <seconds>',
      'life of sessions of PNEs',
      parseWholeNumber,
      SESSION_SECONDS,
    )
}

const EXAMPLE = `
Example:
  cpns server serve --data ./server --entity urn:uuid:5e0f… --naf-fqdn cpns.example.org \\
    --bsf bsf.ims.example=127.0.0.1:3869 --api 127.0.0.1:8445
A BSF whose name in Diameter is another: BSF-NAME=ORIGIN-HOST@HOST:PORT. Over HTTP/2 (Nbsp_GBA):
BSF-NAME=https://HOST:PORT; as web service: BSF-NAME=soap+https://HOST:PORT.`

async function runServer(flags: ServerFlags): Promise<void> {
  const data = needed(flags.data, 'data')
  const settings = settingsOf(flags)
  await serveEntity({ entity: 'server', data, flags }, (context) => startServer(settings, context))
}

/** @throws {ConfigurationInvalid} Naming the flag. */
function settingsOf(flags: ServerFlags) {
  const nafFqdn = readFlag('--naf-fqdn', () => parseFqdn(needed(flags.nafFqdn, 'naf-fqdn')))
  const entity = needed(flags.entity, 'entity')
  const options: Omit<ServeCpnsServerOptions, 'certificateFolder'> = {
    entityId: readFlag('--entity', () => parseEntityId(entity)),
    nodeId: nafFqdn,
    nafFqdn,
    uaId: readFlag('--ua-id', () => parseUaId(flags.uaId)),
    gbaKeyType: flags.gbaKey,
    ...(flags.gsid !== undefined && { gsid: flags.gsid }),
    allowGbaMe: flags.allowGbaMe,
    firstUse: flags.firstUse,
    algorithms: algorithmsOf(flags.algorithm),
    sessionLifetimeSeconds: {
      pnGw: sessionSeconds('--session', flags.session),
      pne: sessionSeconds('--pne-session', flags.pneSession),
    },
    passwords: passwordPolicyOf(flags),
    mailbox: mailboxOf(flags),
    listen: flags.listen,
    ...(flags.psk !== undefined && { psk: flags.psk }),
  }
  return {
    options,
    api: flags.api,
    admin: flags.admin,
    names: diameterNamesOf(flags.originHost ?? nafFqdn, flags.originRealm),
    bsfs: (flags.bsf ?? []).map((text) => bsfOf(text, flags)),
  }
}

/** What `SessionLifetime` can say. Design 6 @throws {ConfigurationInvalid} Naming the flag. */
function sessionSeconds(flag: string, seconds: number): number {
  if (seconds <= MAX_SESSION_SECONDS) return seconds
  throw new ConfigurationInvalid(`${flag}: not 1 to ${MAX_SESSION_SECONDS} seconds`)
}

type ServerSettings = ReturnType<typeof settingsOf>

async function startServer(
  { options, api, admin: adminAt, names, bsfs }: ServerSettings,
  given: EntityContext,
): Promise<readonly Said[]> {
  keepHeapCompact()
  const admin = prepareServerAdmin({ at: adminAt, entityId: options.entityId }, given)
  const { context } = admin
  const { folder, releases } = context
  const store = context.measureMailbox(openServerStore(folder.file(SERVER_DATABASE), folder.sealer))
  releases.push(() => store.close())
  context.watch(store)
  const connected = connectBsfs(bsfs, names, context)
  const zn = new Map(connected.map((bsf) => [bsf.bsfName, bsf.zn]))
  const certificateFolder = folder.file('server-tls')
  const served = await serveCpnsServer({ ...options, certificateFolder }, { ...context, store, zn })
  releases.push(() => served.close())
  writeFileSync(folder.file(SERVER_PIN), `${served.pin}\n`, { mode: 0o600 })
  const apiUrl =
    api && (await startApi({ at: api, server: served.server, options, pns: store }, context))
  return [
    serverSaid({ ...options, ...served, apiUrl }),
    ...(await admin.start({ store, server: served.server, peers: connected.map(peerOf) })),
    bsfsSaid(bsfs),
  ]
}

/** Under the same key as CPNS-2, so that applications pin the same one. */
async function startApi(
  parts: {
    readonly at: HostPort
    readonly server: CpnsServer
    readonly pns: ServerStore
    readonly options: Pick<ServeCpnsServerOptions, 'nafFqdn'>
  },
  context: EntityContext,
): Promise<string> {
  const { at, server, options, pns } = parts
  const { folder, releases } = context
  const store = openAppStore(folder.file(APP_DATABASE), folder.sealer)
  releases.push(() => store.close())
  context.watch(store)
  const names = { commonName: options.nafFqdn, dnsNames: [options.nafFqdn], ipAddresses: [] }
  const tls = loadOrCreateCertificate(folder.file('server-tls'), names, context)
  const served = await serveAppApi(
    { ...at, tls, version: packageVersion() },
    { ...context, store, exchange: server, pns },
  )
  releases.push(() => served.close())
  return served.url
}
