/** `cpns user add|passwd|list|remove|link`: CPNS Users, in the data folder of a server. CR 7.4.3.1, M-5, K-4 */
import { Command } from 'commander'
import type { DataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { DEFAULT_PASSWORD_POLICY } from '../cpns-server/password-policy.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import { describeUser } from '../cpns-server/shown-entity.ts'
import type { User } from '../cpns-server/user-store.ts'
import { makeUser } from '../cpns-server/users.ts'
import { ConfigurationInvalid, UnknownIdentity } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId, type UserId } from '../identity/user-id.ts'
import { SERVER_DATABASE } from '../lab/lab-files.ts'
import { readFlag } from './flag-values.ts'
import { readPassword } from './password-flag.ts'
import { withStore } from './with-store.ts'

const random = createSystemRandom()

const openServer = (folder: DataFolder): ServerStore =>
  openServerStore(folder.file(SERVER_DATABASE), folder.sealer)

interface PasswordFlags {
  readonly data: string
  readonly passwordFile?: string
}

/** The command with its subcommands. */
export function userCommand(): Command {
  const command = new Command('user').description(
    'CPNS Users, who get EUKeys with UserID and password, in the data folder of a server',
  )
  const withPassword = (name: string, description: string): Command =>
    command
      .command(`${name} <user>`)
      .description(description)
      .requiredOption('--data <dir>', 'data folder of the server')
      .option('--password-file <file>', '"-" for standard input; default it is asked for, hidden')
  withPassword('add', 'add a user').addHelpText('after', ADD_EXAMPLE).action(addUser)
  withPassword('passwd', 'another password; EUKeys in use stay').action(changePassword)
  command
    .command('list')
    .description('users with the day of their password')
    .requiredOption('--data <dir>', 'data folder of the server')
    .option('--json', 'one JSON object a line')
    .action(listUsers)
  command
    .command('remove <user>')
    .description('remove a user with its EUKeys, and end their sessions')
    .requiredOption('--data <dir>', 'data folder of the server')
    .action(removeUser)
  addLink(command)
  return command
}

function addLink(command: Command): void {
  command
    .command('link <user>')
    .description('let a user have password EUKeys for an entity that belongs to an IMPI')
    .requiredOption('--data <dir>', 'data folder of the server')
    .requiredOption('--entity <uri>', 'EntityID of the device')
    .option('--off', 'no longer: EUKeys that came of it end, with their sessions')
    .action(linkUser)
}

const ADD_EXAMPLE = `
Example:
  cpns user add alice --data ./server`

const userIdOf = (text: string): UserId => readFlag('user', () => parseUserId(text))

/** The password is asked for before the store is open: people are slow. */
async function readUser(text: string, { passwordFile }: PasswordFlags): Promise<User> {
  const userId = userIdOf(text)
  const password = await readPassword({ file: passwordFile, isNew: true })
  const { cost } = DEFAULT_PASSWORD_POLICY
  const user = await makeUser({ userId, password, cost }, { clock: systemClock, random })
  password.wipe()
  return user
}

async function addUser(text: string, flags: PasswordFlags): Promise<void> {
  const user = await readUser(text, flags)
  await withStore({ path: flags.data, create: true }, openServer, async (store) => {
    if ((await store.addUser(user)) === 'exists') {
      throw new ConfigurationInvalid(`there is a user ${user.userId} already`)
    }
    print(`User ${user.userId} is added.`)
  })
}

async function changePassword(text: string, flags: PasswordFlags): Promise<void> {
  const user = await readUser(text, flags)
  await withStore({ path: flags.data, create: false }, openServer, async (store) => {
    if (!(await store.changePassword(user))) throw unknown(user.userId)
    print(`User ${user.userId} has another password; EUKeys in use stay.`)
  })
}

async function listUsers(flags: { data: string; json?: boolean }): Promise<void> {
  await withStore({ path: flags.data, create: false }, openServer, async (store) => {
    const users = (await store.listUsers()).map(describeUser)
    if (flags.json !== true && users.length === 0) print('There is no user.')
    for (const user of users) {
      const line = `${user.userId}  password of ${user.passwordOf}`
      print(flags.json === true ? JSON.stringify(user) : line)
    }
  })
}

async function removeUser(text: string, flags: { data: string }): Promise<void> {
  const userId = userIdOf(text)
  await withStore({ path: flags.data, create: false }, openServer, async (store) => {
    if (!(await store.removeUser(userId))) throw unknown(userId)
    print(`User ${userId} is removed; its EUKeys and their sessions have ended.`)
  })
}

async function linkUser(
  text: string,
  flags: { data: string; entity: string; off?: boolean },
): Promise<void> {
  const userId = userIdOf(text)
  const entityId = readFlag('--entity', () => parseEntityId(flags.entity))
  await withStore({ path: flags.data, create: false }, openServer, async (store) => {
    if (flags.off === true) {
      if (!(await store.unlinkUser(entityId, userId))) {
        throw new UnknownIdentity(`${userId} is not linked to ${entityId}`)
      }
      print(
        `${entityId} takes no EUKey by the password of ${userId}; those that it had have ended.`,
      )
      return
    }
    const outcome = await store.linkUser(entityId, userId)
    if (outcome === 'unknown-user') throw unknown(userId)
    if (outcome === 'unknown-entity') {
      throw new UnknownIdentity(`${entityId} has no owner here`)
    }
    if (outcome === 'user-owned') {
      throw new ConfigurationInvalid(`${entityId} belongs to a CPNS User, whose it stays alone`)
    }
    print(`${entityId} takes EUKeys by the password of ${userId}.`)
  })
}

function unknown(userId: UserId): UnknownIdentity {
  return new UnknownIdentity(`there is no user ${userId}`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
