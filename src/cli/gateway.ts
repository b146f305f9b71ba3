/** `cpns gateway serve|login|pair|trigger`: one PN GW as a process of its own. Design 2, 10 */

import { Command, Option } from 'commander'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { migrateAtStart } from '../adapters/data-folder/migrate-folder.ts'
import { type GatewayControl, serveGatewayControl } from '../adapters/gateway/gateway-control.ts'
import {
  type ListeningGateway,
  serveGateway,
  servePasswordGateway,
} from '../adapters/gateway/serve-gateway.ts'
import { createPinoLog } from '../adapters/log/pino-log.ts'
import { openPneStore } from '../adapters/sqlite/pne-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import type { ClientSessionInfo } from '../cpns/client-session.ts'
import type { CredentialSource } from '../cpns/credentials.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'
import { GATEWAY_DATABASE } from '../lab/lab-files.ts'
import type { RegisteredPn } from '../pn-gw/pn-registrar.ts'
import { createAssignedCredentials } from '../pne/assigned-credentials.ts'
import type { Log } from '../ports/log.ts'
import { algorithmOption } from './algorithm-flag.ts'
import { addBsfFlags, cardApplicationOption, withCard } from './card-flags.ts'
import {
  type GatewayFlags,
  type GatewaySettings,
  gatewaySettingsOf,
  neededGatewayFlags,
  PSK_NEEDS_CARD,
} from './gateway-flags.ts'
import { gatewayLoginCommand } from './gateway-login.ts'
import { GATEWAY_SOCKET, gatewayPairCommand, gatewayTriggerCommand } from './gateway-pne.ts'
import { type HostPort, parseHostPort } from './host-port.ts'
import { MASTER_KEY_FLAG } from './master-key-flag.ts'
import { type OpenedMetrics, openMetrics } from './metrics-flag.ts'
import { type JsonFlag, joinSaid, type Said, say, warn } from './say.ts'
import { servable } from './serve-entity.ts'
import { joinTraces, type OpenedTrace, openTrace } from './trace-flags.ts'
import { type Interruption, untilInterrupted } from './until-interrupted.ts'
import { parseWholeNumber } from './whole-number.ts'

/** Where PNEs find it unless told otherwise. Design 12 */
const LISTEN: HostPort = { host: '127.0.0.1', port: 8444 }
const RENEW_AHEAD_SECONDS = 30
const PN_SECONDS = 3600
/** In traces. */
const NAME = 'PN GW'

/** The command with its subcommand. */
export function gatewayCommand(): Command {
  const command = new Command('gateway').description(
    'a PN GW, with a card in any reader or with UserID and password',
  )
  const serve = command
    .command('serve')
    .description('prove itself, then forward between PNEs and server, until Ctrl-C')
    .option('--data <dir>', 'data folder: card, EUKey of a password, certificate')
    .option('--entity <uri>', 'EntityID of the PN GW, for instance urn:uuid:…')
    .option('--server-url <url>', 'https://host:port/cpns of its CPNS Server')
  addNameFlags(serve)
  addBsfFlags(serve)
  addCardFlags(serve)
  addAuthFlags(serve)
  servable(serve, 'CPNS_GATEWAY').action(runGateway)
  command.addCommand(gatewayLoginCommand())
  command.addCommand(gatewayPairCommand())
  command.addCommand(gatewayTriggerCommand())
  return command
}

function addNameFlags(command: Command): void {
  command
    .option('--naf-fqdn <name>', 'FQDN of the server as NAF; default the host of --server-url')
    .option('--ua-id <hex>', 'Ua security protocol identifier of the EUKey', UA_ID_CPNS)
    .addOption(
      new Option(
        '--pin <hex>',
        "SHA-256 of the server's public key; default the system's CAs",
      ).conflicts('ca'),
    )
    .option('--ca <file>', 'PEM file of the only CAs to trust')
    .addOption(
      new Option('--psk <version>', 'PSK-TLS with a key of the card, in place of a certificate')
        .choices(['1.3', '1.2'])
        .conflicts(['pin', 'ca']),
    )
}

function addCardFlags(command: Command): void {
  command
    .option('--reader <name>', 'software:FILE, or pcsc[:NAME]; default usim.json in the folder')
    .option('--card-pin-file <file>', 'file with the PIN of the card, if it asks for one')
    .addOption(cardApplicationOption())
    .addOption(
      new Option('--listen <host:port>', 'where PNEs reach it (CPNS-1)')
        .argParser(parseHostPort)
        .default(LISTEN, `${LISTEN.host}:${LISTEN.port}`),
    )
    .addOption(algorithmOption('offered for the handshake, best first; default HMAC-SHA-256'))
    .option('--pn-alias <name>', 'what its PN is called in the inventory of the server')
    .option(
      '--pn-lifetime <seconds>',
      'for how long its PN is registered; refreshed in time',
      parseWholeNumber,
      PN_SECONDS,
    )
    .option(
      '--renew-ahead <seconds>',
      'how long before its end a session is renewed',
      parseWholeNumber,
      RENEW_AHEAD_SECONDS,
    )
}

function addAuthFlags(command: Command): void {
  command
    .addOption(
      new Option('--auth <how>', 'with the card, with UserID and password, or with what is there')
        .choices(['auto', 'gba', 'password'])
        .default('auto'),
    )
    .addOption(
      new Option('--gba-failure <what>', 'what to do if the card fails')
        .choices(['refuse', 'password'])
        .default('refuse'),
    )
    .option(...MASTER_KEY_FLAG)
}

async function runGateway(given: Partial<GatewayFlags>): Promise<void> {
  const flags = neededGatewayFlags(given)
  const settings = gatewaySettingsOf(flags)
  const random = createSystemRandom()
  const { masterKey } = settings
  const place = { create: true, ...(masterKey && { masterKey }) }
  const folder = await openDataFolder(flags.data, place, random)
  const opened = openTrace(flags, (message) => warn(flags, message))
  const log = createPinoLog({ entity: 'pn-gw' })
  migrateAtStart(folder.path, log)
  const metrics = await openMetrics('pn-gw', flags, log)
  const seen = { ...opened, trace: joinTraces([opened.trace, metrics.trace]) }
  const interruption = untilInterrupted()
  const store = openPneStore(folder.file(GATEWAY_DATABASE), folder.sealer)
  const password = createAssignedCredentials({ store, clock: systemClock }, LOGIN_ADVICE)
  metrics.watch(store)
  const parts = {
    flags,
    settings,
    password,
    certificateFolder: folder.file('gateway-tls'),
    controlSocket: folder.file(GATEWAY_SOCKET),
    seen,
    metrics,
    log,
  }
  try {
    if (settings.auth === 'password') {
      // Not only when the server is there to be told.
      if ((await store.loadEuKey()) === undefined) throw nothingToProveWith(settings, flags.auth)
      await password.obtain()
      await serve(parts, interruption)
    } else {
      await withCard(settings, (card) => serve({ ...parts, ...card }, interruption), {
        trace: seen.trace,
        ...(seen.keyLog && { keyLog: seen.keyLog }),
        clock: systemClock,
        entityName: NAME,
      })
    }
  } finally {
    interruption.ignore()
    await store.close()
    await metrics.close()
    seen.close()
  }
}

function nothingToProveWith({ reader }: GatewaySettings, auth: GatewayFlags['auth']): Error {
  const card = auth === 'auto' ? `${reader}: there is no such file or folder, and ` : ''
  return new ConfigurationInvalid(`${card}there is no EUKey of a password: ${LOGIN_ADVICE}`)
}

const LOGIN_ADVICE = 'run "cpns gateway login" (again)'

interface GatewayParts {
  readonly flags: JsonFlag
  readonly settings: GatewaySettings
  readonly password: CredentialSource
  /** Absent if only the password is used. */
  readonly card?: GbaCard
  readonly ub?: UbExchange
  readonly certificateFolder: string
  /** Where commands of its user come in. */
  readonly controlSocket: string
  readonly seen: OpenedTrace
  readonly metrics: OpenedMetrics
  readonly log: Log
}

/** Until it is interrupted. @throws {CpnsError} If it cannot come to a session, and trying again cannot help. */
async function serve(parts: GatewayParts, interruption: Interruption): Promise<void> {
  let giveUp: ((error: Error) => void) | undefined
  const failed = new Promise<never>((_, reject) => {
    giveUp = reject
  })
  const served = await startServing(parts, (error) => giveUp?.(error))
  let control: GatewayControl | undefined
  try {
    control = await serveGatewayControl(parts.controlSocket, served.gateway)
    introduce(parts, served)
    await Promise.race([served.gateway.start(), interruption.promise, failed])
    await Promise.race([interruption.promise, failed])
  } finally {
    parts.metrics.enter('draining')
    await served.close()
    await control?.close()
    say(parts.flags, { kind: 'stopped', entity: 'pn-gw' }, 'The PN GW has stopped.')
  }
}

function startServing(
  { flags, settings, password, card, ub, certificateFolder, seen, metrics, log }: GatewayParts,
  onFailed: (error: Error) => void,
): Promise<ListeningGateway> {
  const { nafId, server } = settings
  const options = { ...settings, name: NAME, serverName: 'CPNS Server', certificateFolder }
  const ports = {
    clock: systemClock,
    random: createSystemRandom(),
    trace: seen.trace,
    ...(seen.keyLog && { keyLog: seen.keyLog }),
    log,
    onUp({ fingerprint, lifetimeSeconds }: ClientSessionInfo, isNew: boolean) {
      metrics.enter('ready')
      const what = isNew ? 'authenticated; session' : 'attached again; session'
      const sentence = `${what} with fingerprint ${fingerprint}, ${lifetimeSeconds} s`
      say(flags, { kind: 'session', isNew, fingerprint, lifetimeSeconds }, sentence)
    },
    onPn({ pnId, lifetimeSeconds }: RegisteredPn) {
      say(flags, { kind: 'pn', pnId, lifetimeSeconds }, `PN    ${pnId}, ${lifetimeSeconds} s`)
    },
    onDown(reason: string) {
      metrics.enter('starting')
      log.info('session-down', { reason })
    },
    onFailed,
  }
  if (card !== undefined && ub !== undefined && nafId !== undefined) {
    const fallback = settings.gbaFailure === 'password' ? { password } : {}
    return serveGateway({ ...options, nafId }, { ...ports, card, ub, ...fallback })
  }
  if ('psk' in server) throw new ConfigurationInvalid(PSK_NEEDS_CARD)
  return servePasswordGateway({ ...options, server }, { ...ports, password })
}

function introduce(
  { flags, settings, card, metrics }: GatewayParts,
  { url, pin }: ListeningGateway,
): void {
  const { entityId } = settings
  const { fields, lines } = joinSaid([
    { fields: { entityId }, lines: [`PN GW ${entityId}`] },
    card === undefined ? BY_PASSWORD : cardSaid(card, settings.reader),
    { fields: { cpns1: url, pin }, lines: [`PNEs  ${url}`, `pin   ${pin}`] },
    ...metrics.said,
  ])
  say(flags, { kind: 'started', entity: 'pn-gw', ...fields }, lines)
}

const BY_PASSWORD: Said = { fields: { auth: 'password' }, lines: ['EUKey by UserID and password'] }

function cardSaid({ application, impi }: GbaCard, reader: string): Said {
  return {
    fields: { auth: 'gba', card: { application, impi, reader } },
    lines: [`card  ${application} of ${impi} in ${reader}`],
  }
}
