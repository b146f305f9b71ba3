/** `cpns gateway serve`: one PN GW as a process of its own. Design 2, 10 */
import { Command, Option } from 'commander'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { type ServedGateway, serveGateway } from '../adapters/gateway/serve-gateway.ts'
import { createPinoLog } from '../adapters/log/pino-log.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'
import { noTrace } from '../trace/trace.ts'
import { withCard } from './card-flags.ts'
import { type GatewayFlags, type GatewaySettings, gatewaySettingsOf } from './gateway-flags.ts'
import { type HostPort, parseHostPort } from './host-port.ts'
import { type Interruption, untilInterrupted } from './until-interrupted.ts'
import { parseWholeNumber } from './whole-number.ts'

/** Where PNEs find it unless told otherwise. Design 12 */
const LISTEN: HostPort = { host: '127.0.0.1', port: 8444 }
const RENEW_AHEAD_SECONDS = 30
const PN_SECONDS = 3600

/** The command with its subcommand. */
export function gatewayCommand(): Command {
  const command = new Command('gateway').description('a PN GW with a card in any reader')
  const serve = command
    .command('serve')
    .description('prove itself with its card, then forward between PNEs and server, until Ctrl-C')
    .requiredOption('--data <dir>', 'data folder: card, certificate')
    .requiredOption('--entity <uri>', 'EntityID of the PN GW, for instance urn:uuid:…')
    .requiredOption('--server-url <url>', 'https://host:port/cpns of its CPNS Server')
  addNameFlags(serve)
  addCardFlags(serve)
  serve.action(runGateway)
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
    .option('--bsf-url <url>', 'http://host:port of the BSF; default http:// and its name')
    .option('--bsf-name <name>', 'FQDN of the BSF; default what the card says')
}

function addCardFlags(command: Command): void {
  command
    .option('--reader <name>', 'software:FILE, or pcsc[:NAME]; default usim.json in the folder')
    .option('--card-pin-file <file>', 'file with the PIN of the card, if it asks for one')
    .addOption(
      new Option('--listen <host:port>', 'where PNEs reach it (CPNS-1)')
        .argParser(parseHostPort)
        .default(LISTEN, `${LISTEN.host}:${LISTEN.port}`),
    )
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

async function runGateway(flags: GatewayFlags): Promise<void> {
  const settings = gatewaySettingsOf(flags)
  const random = createSystemRandom()
  const folder = await openDataFolder(flags.data, { create: true }, random)
  const interruption = untilInterrupted()
  try {
    await withCard(settings, ({ card, ub }) =>
      serve({ settings, card, ub, certificateFolder: folder.file('gateway-tls') }, interruption),
    )
  } finally {
    interruption.ignore()
  }
}

interface GatewayParts {
  readonly settings: GatewaySettings
  readonly card: GbaCard
  readonly ub: UbExchange
  readonly certificateFolder: string
}

/** Until it is interrupted. @throws {CpnsError} If it cannot come to a session, and trying again cannot help. */
async function serve(parts: GatewayParts, interruption: Interruption): Promise<void> {
  let giveUp: ((error: Error) => void) | undefined
  const failed = new Promise<never>((_, reject) => {
    giveUp = reject
  })
  const served = await startServing(parts, (error) => giveUp?.(error))
  try {
    introduce(parts, served)
    await Promise.race([served.gateway.start(), interruption.promise, failed])
    await Promise.race([interruption.promise, failed])
  } finally {
    await served.close()
    print('The PN GW has stopped.')
  }
}

function startServing(
  { settings, card, ub, certificateFolder }: GatewayParts,
  onFailed: (error: Error) => void,
): Promise<ServedGateway> {
  const log = createPinoLog({ entity: 'pn-gw' })
  return serveGateway(
    { ...settings, name: 'PN GW', serverName: 'CPNS Server', certificateFolder },
    {
      card,
      ub,
      clock: systemClock,
      random: createSystemRandom(),
      trace: noTrace,
      log,
      onUp({ fingerprint, lifetimeSeconds }, isNew) {
        const what = isNew ? 'authenticated; session' : 'attached again; session'
        print(`${what} with fingerprint ${fingerprint}, ${lifetimeSeconds} s`)
      },
      onPn: ({ pnId, lifetimeSeconds }) => print(`PN    ${pnId}, ${lifetimeSeconds} s`),
      onDown: (reason) => log.info('session-down', { reason }),
      onFailed,
    },
  )
}

function introduce({ settings, card }: GatewayParts, { url, pin }: ServedGateway): void {
  print(`PN GW ${settings.entityId}`)
  print(`card  ${card.application} of ${card.impi} in ${settings.reader}`)
  print(`PNEs  ${url}`)
  print(`pin   ${pin}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
