/** `cpns gateway login`: an EUKey with UserID and password. CR 7.4.3.1, 7.4.3.2, M-5 */
import { Command, Option } from 'commander'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { requestEuKeyOverPost } from '../adapters/gateway/request-eukey-over-post.ts'
import { openPneStore } from '../adapters/sqlite/pne-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { askLine } from '../adapters/terminal/ask-hidden.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { GATEWAY_DATABASE } from '../lab/lab-files.ts'
import { readFlag } from './flag-values.ts'
import { MASTER_KEY_FLAG, masterKeyIn } from './master-key-flag.ts'
import { readPassword } from './password-flag.ts'
import { type JsonFlag, say, sayable } from './say.ts'
import { type TrustFlags, trustOf } from './trust-flags.ts'

interface LoginFlags extends TrustFlags, JsonFlag {
  readonly data: string
  readonly entity: string
  readonly serverUrl: string
  readonly user?: string
  readonly passwordFile?: string
  readonly masterKey?: string
}

/** The subcommand. */
export function gatewayLoginCommand(): Command {
  const command = new Command('login')
    .description('ask for UserID and password, get an EUKey with them, and keep it sealed')
    .requiredOption('--data <dir>', 'data folder of the PN GW; made if it is missing')
    .requiredOption('--entity <uri>', 'EntityID of the PN GW')
    .requiredOption('--server-url <url>', 'https://host:port/cpns of its CPNS Server')
    .option('--user <id>', 'UserID; default it is asked for')
    .option('--password-file <file>', '"-" for standard input; default it is asked for, hidden')
    .addOption(
      new Option(
        '--pin <hex>',
        "SHA-256 of the server's public key; default the system's CAs",
      ).conflicts('ca'),
    )
    .option('--ca <file>', 'PEM file of the only CAs to trust')
    .option(...MASTER_KEY_FLAG)
  return sayable(command).addHelpText('after', EXAMPLE).action(login)
}

const EXAMPLE = `
Example:
  cpns gateway login --data ./gateway --entity urn:uuid:3f1c… \\
    --server-url https://cpns.example.org:8443/cpns
  cpns gateway serve --data ./gateway --entity urn:uuid:3f1c… --auth password \\
    --server-url https://cpns.example.org:8443/cpns
With a key of the desktop's keyring: --master-key "command:secret-tool lookup app cpns"`

async function login(flags: LoginFlags): Promise<void> {
  const entityId = readFlag('--entity', () => parseEntityId(flags.entity))
  const server = { url: flags.serverUrl, trust: trustOf(flags) }
  const random = createSystemRandom()
  const place = { create: true, ...masterKeyIn(flags) }
  const folder = await openDataFolder(flags.data, place, random)
  const typed = flags.user ?? (await askLine('UserID: '))
  const userId = readFlag('--user', () => parseUserId(typed.normalize('NFC')))
  const password = await readPassword({ file: flags.passwordFile, isNew: false })
  const store = openPneStore(folder.file(GATEWAY_DATABASE), folder.sealer)
  try {
    const wish = { server, entityId, userId, password }
    const euKey = await requestEuKeyOverPost(wish, { store, clock: systemClock, random })
    const expires = new Date(euKey.expiresAtMs).toISOString()
    const sentence = `${entityId} has an EUKey of ${userId}; it ends ${expires}.`
    say(flags, { entityId, userId, euKeyId: euKey.id, expires }, sentence)
  } finally {
    password.wipe()
    await store.close()
  }
}
