/** `cpns app add|list|remove`: API keys of the applications at a server. Design 8, 10 */
import { Command, Option } from 'commander'
import type { DataFolder } from '../adapters/data-folder/data-folder.ts'
import { openAppStore } from '../adapters/sqlite/app-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { makeApiKey } from '../app/api-key.ts'
import type { ApiKeyRecord, ApiScope, AppStore } from '../app/app-store.ts'
import { serviceAddress } from '../cpns-server/services.ts'
import { ConfigurationInvalid, UnknownIdentity } from '../errors/errors.ts'
import { APP_DATABASE } from '../lab/lab-files.ts'
import { type DataFlags, dataSubcommands } from './data-command.ts'
import { say, sayable, sayEach } from './say.ts'
import { withStore } from './with-store.ts'
import { shownTime } from './wrap-text.ts'

interface AddFlags extends DataFlags {
  readonly service: string
  readonly scope: ApiScope[]
}

const openApps = (folder: DataFolder): AppStore =>
  openAppStore(folder.file(APP_DATABASE), folder.sealer)

/** The command with its subcommands. */
export function appCommand(): Command {
  const command = new Command('app').description(
    'API keys of applications, in the data folder of a server',
  )
  const sub = dataSubcommands(command, 'server')
  sayable(
    sub('add', 'make an API key for a service; it is printed once')
      .requiredOption('--service <name>', 'name, as in urn:cpns:service:<name>')
      .addOption(
        new Option('--scope <scopes...>', 'what it is for')
          .choices(['send', 'receive', 'inventory'])
          .default(['send', 'receive'], 'send receive'),
      ),
  ).action(addKey)
  const list = sub('list', 'API keys with service and scopes; never the keys')
  sayable(list, 'one JSON object a line').action(listKeys)
  const remove = sub('remove <id>', 'take an API key away; streams that it opened end')
  sayable(remove).action(removeKey)
  return command
}

async function addKey({ data, service, scope, ...flags }: AddFlags): Promise<void> {
  assertServiceName(service)
  await withStore({ ...flags, data, create: true }, openApps, async (store) => {
    const nowMs = systemClock.nowMs()
    const wish = { service, scopes: [...new Set(scope)] }
    const { text, record } = makeApiKey(wish, { random: createSystemRandom(), nowMs })
    await store.addApiKey(record)
    const shown = describe(record)
    say(flags, { ...shown, key: text }, [...linesOf(shown), `key ${text}`])
  })
}

async function listKeys({ data, ...flags }: DataFlags): Promise<void> {
  await withStore({ ...flags, data, create: false }, openApps, async (store) => {
    const keys = (await store.listApiKeys()).map(describe)
    sayEach(flags, keys, { none: 'There is no API key.', textOf: linesOf })
  })
}

async function removeKey(id: string, { data, ...flags }: DataFlags): Promise<void> {
  await withStore({ ...flags, data, create: false }, openApps, async (store) => {
    if (!(await store.removeApiKey(id))) throw new UnknownIdentity(`there is no API key ${id} here`)
    say(flags, { id, removed: true }, `API key ${id} is gone.`)
  })
}

function assertServiceName(name: string): void {
  try {
    serviceAddress(name)
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigurationInvalid(`--service: ${error.message}`)
    throw error
  }
}

function describe({ id, service, scopes, createdAtMs }: ApiKeyRecord) {
  return { id, service, scopes, created: new Date(createdAtMs).toISOString() }
}

function linesOf({ id, service, scopes, created }: ReturnType<typeof describe>): string[] {
  return [
    `API key ${id} of urn:cpns:service:${service}`,
    `  for ${scopes.join(', ')}, made ${shownTime(created)}`,
  ]
}
