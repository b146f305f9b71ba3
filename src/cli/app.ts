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
import { withStore } from './with-store.ts'

interface AddFlags {
  readonly data: string
  readonly service: string
  readonly scope: ApiScope[]
  readonly json?: boolean
}

const openApps = (folder: DataFolder): AppStore =>
  openAppStore(folder.file(APP_DATABASE), folder.sealer)

/** The command with its subcommands. */
export function appCommand(): Command {
  const command = new Command('app').description(
    'API keys of applications, in the data folder of a server',
  )
  command
    .command('add')
    .description('make an API key for a service; it is printed once')
    .requiredOption('--data <dir>', 'data folder of the server')
    .requiredOption('--service <name>', 'name, as in urn:cpns:service:<name>')
    .addOption(
      new Option('--scope <scopes...>', 'what it is for')
        .choices(['send', 'receive', 'inventory'])
        .default(['send', 'receive'], 'send receive'),
    )
    .option('--json', 'one JSON object')
    .action(addKey)
  command
    .command('list')
    .description('API keys with service and scopes; never the keys')
    .requiredOption('--data <dir>', 'data folder of the server')
    .option('--json', 'one JSON object a line')
    .action(listKeys)
  command
    .command('remove <id>')
    .description('take an API key away; streams that it opened end')
    .requiredOption('--data <dir>', 'data folder of the server')
    .action(removeKey)
  return command
}

async function addKey({ data, service, scope, json }: AddFlags): Promise<void> {
  assertServiceName(service)
  await withStore({ path: data, create: true }, openApps, async (store) => {
    const nowMs = systemClock.nowMs()
    const wish = { service, scopes: [...new Set(scope)] }
    const { text, record } = makeApiKey(wish, { random: createSystemRandom(), nowMs })
    await store.addApiKey(record)
    const shown = { ...describe(record), key: text }
    print(json === true ? JSON.stringify(shown) : `${lineOf(record)}\nkey ${text}`)
  })
}

async function listKeys({ data, json }: { data: string; json?: boolean }): Promise<void> {
  await withStore({ path: data, create: false }, openApps, async (store) => {
    const keys = await store.listApiKeys()
    if (json !== true && keys.length === 0) print('There is no API key.')
    for (const key of keys) print(json === true ? JSON.stringify(describe(key)) : lineOf(key))
  })
}

async function removeKey(id: string, { data }: { data: string }): Promise<void> {
  await withStore({ path: data, create: false }, openApps, async (store) => {
    if (!(await store.removeApiKey(id))) throw new UnknownIdentity(`there is no API key ${id} here`)
    print(`API key ${id} is gone.`)
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

function lineOf(key: ApiKeyRecord): string {
  const { id, service, scopes, created } = describe(key)
  return `API key ${id} of urn:cpns:service:${service} for ${scopes.join(', ')}, made ${created}`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
