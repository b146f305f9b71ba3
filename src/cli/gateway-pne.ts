/** `cpns gateway pair|trigger`: PNEs of the user of a PN GW that runs. M-7 */
import { Command } from 'commander'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { commandGateway } from '../adapters/gateway/gateway-control.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { AuthenticationFailed } from '../errors/errors.ts'
import { fromUtf8 } from '../octets/octets.ts'
import { MASTER_KEY_FLAG, masterKeyIn } from './master-key-flag.ts'
import { readPassword } from './password-flag.ts'
import { type JsonFlag, say, sayable } from './say.ts'

/** Name of the socket in the data folder of a PN GW. */
export const GATEWAY_SOCKET = 'gateway.sock'

interface PneFlags extends JsonFlag {
  readonly data: string
  readonly user: string
  readonly masterKey?: string
}

interface TriggerFlags extends PneFlags {
  readonly ui?: boolean
  readonly passwordFile?: string
}

/** `cpns gateway pair`. */
export function gatewayPairCommand(): Command {
  const command = new Command('pair')
    .argument('<pne>', 'EntityID of the PNE')
    .description('let a PNE be paired: prints the code that it has to show, and waits for it')
    .requiredOption('--data <dir>', 'data folder of the PN GW, which runs')
    .requiredOption('--user <id>', 'UserID that the PNE is to belong to')
    .option(...MASTER_KEY_FLAG)
  return sayable(command, 'one JSON object a line: the code, then how it ended').action(pair)
}

/** `cpns gateway trigger`. */
export function gatewayTriggerCommand(): Command {
  const command = new Command('trigger')
    .argument('<pne>', 'EntityID of the PNE')
    .description('make a paired PNE ask for its EUKey, and hand it the password')
    .requiredOption('--data <dir>', 'data folder of the PN GW, which runs')
    .requiredOption('--user <id>', 'UserID that the PNE belongs to')
    .option('--password-file <file>', '"-" for standard input; default it is asked for, hidden')
    .option('--ui', 'the PNE asks its user itself: no password is handed over')
    .option(...MASTER_KEY_FLAG)
  return sayable(command).action(trigger)
}

async function pair(pne: string, flags: PneFlags): Promise<void> {
  const command = { do: 'pair', pne, user: flags.user } as const
  const ended = await commandGateway(await socketOf(flags), command, (code) => {
    say(flags, { pne, code }, `code ${code}, good once within 10 minutes`)
  })
  report(pne, ended, flags)
}

async function trigger(pne: string, flags: TriggerFlags): Promise<void> {
  const path = await socketOf(flags)
  const command = { do: 'trigger', pne, user: flags.user } as const
  if (flags.ui === true) return report(pne, await commandGateway(path, command, () => {}), flags)
  const secret = await readPassword({ file: flags.passwordFile, isNew: false })
  const password = fromUtf8(secret.reveal())
  secret.wipe()
  report(pne, await commandGateway(path, { ...command, password }, () => {}), flags)
}

async function socketOf(flags: Omit<PneFlags, 'user'>): Promise<string> {
  const place = { create: false, ...masterKeyIn(flags) }
  return (await openDataFolder(flags.data, place, createSystemRandom())).file(GATEWAY_SOCKET)
}

function report(
  pne: string,
  { status, detail }: { readonly status: number; readonly detail: string },
  flags: JsonFlag,
): void {
  if (status !== 200 && status !== 202) {
    throw new AuthenticationFailed(`${pne}: ${detail} (status ${status})`)
  }
  say(flags, { pne, status, detail }, `${pne}: ${detail}`)
}
