/** `cpns pne await-trigger|login`: a PNE gets its EUKey with its owner's password. M-5, M-7 */
import { Command, Option } from 'commander'
import { obtainPneEuKey } from '../adapters/pne/obtain-pne-eukey.ts'
import { GATEWAY_DATABASE } from '../lab/lab-files.ts'
import { readPassword } from './password-flag.ts'
import { type JsonFlag, say, sayable } from './say.ts'
import { keyLogged, type TraceFlags, withTrace } from './trace-flags.ts'
import { type TrustFlags, trustOf } from './trust-flags.ts'

interface EuKeyFlags extends TrustFlags, JsonFlag, Pick<TraceFlags, 'keylog'> {
  readonly data: string
  readonly passwordFile?: string
  readonly serverUrl?: string
  readonly forGateway?: boolean
}

/** `cpns pne await-trigger`. */
export function pneAwaitTriggerCommand(): Command {
  const command = new Command('await-trigger').description(
    'wait until the PN GW triggers this PNE, then ask for an EUKey and keep it sealed',
  )
  withFlags(command).option(
    '--for-gateway',
    'the EUKey is for "cpns gateway serve" on the same folder',
  )
  return sayable(command).action((flags: EuKeyFlags) => obtain(flags, true))
}

/** `cpns pne login`. */
export function pneLoginCommand(): Command {
  const command = new Command('login').description(
    "ask for the owner's password, get an EUKey with it, and keep it sealed",
  )
  return sayable(withFlags(command)).action((flags: EuKeyFlags) => obtain(flags, false))
}

function withFlags(command: Command): Command {
  command
    .requiredOption('--data <dir>', 'data folder of the PNE, paired by a code')
    .option('--password-file <file>', '"-" for standard input; default it is asked for, hidden')
    .option('--server-url <url>', 'https://host:port/cpns; default through the PN GW')
    .addOption(
      new Option(
        '--pin <hex>',
        "SHA-256 of the server's public key; default the system's CAs",
      ).conflicts('ca'),
    )
    .option('--ca <file>', 'PEM file of the only CAs to trust')
  return keyLogged(command)
}

async function obtain(flags: EuKeyFlags, isTriggered: boolean): Promise<void> {
  const { data, serverUrl: url, passwordFile: file, forGateway } = flags
  const euKey = await withTrace(flags, ({ keyLog }) =>
    obtainPneEuKey(data, {
      isTriggered,
      password: () => readPassword({ file, isNew: false }),
      ...(url !== undefined && { server: { url, trust: trustOf(flags) } }),
      ...(forGateway === true && { euKeyDatabase: GATEWAY_DATABASE }),
      ...(keyLog && { keyLog }),
    }),
  )
  const expires = new Date(euKey.expiresAtMs).toISOString()
  say(flags, { euKeyId: euKey.id, expires }, `There is an EUKey; it ends ${expires}.`)
}
