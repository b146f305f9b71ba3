/** `cpns user add|passwd|list|remove|link`: CPNS Users, in the data folder of a server. CR 7.4.3.1, M-5, K-4 */
import { Command } from 'commander'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { DEFAULT_PASSWORD_POLICY } from '../cpns-server/password-policy.ts'
import { describeUser } from '../cpns-server/shown-entity.ts'
import type { User } from '../cpns-server/user-store.ts'
import { makeUser } from '../cpns-server/users.ts'
import { ConfigurationInvalid, UnknownIdentity } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId, type UserId } from '../identity/user-id.ts'
import { type DataFlags, dataSubcommands } from './data-command.ts'
import { readFlag } from './flag-values.ts'
import { readPassword } from './password-flag.ts'
import { say, sayable, sayEach } from './say.ts'
import { withServerStore } from './with-store.ts'

const random = createSystemRandom()

interface PasswordFlags extends DataFlags {
  readonly passwordFile?: string
}

/** The command with its subcommands. */
export function userCommand(): Command {
  const command = new Command('user').description(
    'CPNS Users, who get EUKeys with UserID and password, in the data folder of a server',
  )
  const sub = dataSubcommands(command, 'server')
  const withPassword = (name: string, description: string): Command =>
    sayable(
      sub(`${name} <user>`, description).option(
        '--password-file <file>',
        '"-" for standard input; default it is asked for, hidden',
      ),
    )
  withPassword('add', 'add a user').addHelpText('after', ADD_EXAMPLE).action(addUser)
  withPassword('passwd', 'another password; EUKeys in use stay').action(changePassword)
  const list = sub('list', 'users with the day of their password')
  sayable(list, 'one JSON object a line').action(listUsers)
  const remove = sub('remove <user>', 'remove a user with its EUKeys, and end their sessions')
  sayable(remove).action(removeUser)
  const link = sub(
    'link <user>',
    'let a user have password EUKeys for an entity that belongs to an IMPI',
  )
    .requiredOption('--entity <uri>', 'EntityID of the device')
    .option('--off', 'no longer: EUKeys that came of it end, with their sessions')
  sayable(link).action(linkUser)
  return command
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
  await withServerStore({ ...flags, create: true }, async (store) => {
    if ((await store.addUser(user)) === 'exists') {
      throw new ConfigurationInvalid(`there is a user ${user.userId} already`)
    }
    say(flags, describeUser(user), `User ${user.userId} is added.`)
  })
}

async function changePassword(text: string, flags: PasswordFlags): Promise<void> {
  const user = await readUser(text, flags)
  await withServerStore({ ...flags, create: false }, async (store) => {
    if (!(await store.changePassword(user))) throw unknown(user.userId)
    const { userId, passwordOf } = describeUser(user)
    const sentence = `User ${userId} has another password; EUKeys in use stay.`
    say(flags, { userId, passwordOf }, sentence)
  })
}

async function listUsers(flags: DataFlags): Promise<void> {
  await withServerStore({ ...flags, create: false }, async (store) => {
    const users = (await store.listUsers()).map(describeUser)
    sayEach(flags, users, {
      none: 'There is no user.',
      textOf: ({ userId, passwordOf }) => `${userId}  password of ${passwordOf}`,
    })
  })
}

async function removeUser(text: string, flags: DataFlags): Promise<void> {
  const userId = userIdOf(text)
  await withServerStore({ ...flags, create: false }, async (store) => {
    if (!(await store.removeUser(userId))) throw unknown(userId)
    const sentence = `User ${userId} is removed; its EUKeys and their sessions have ended.`
    say(flags, { userId, removed: true }, sentence)
  })
}

interface LinkFlags extends DataFlags {
  readonly entity: string
  readonly off?: boolean
}

async function linkUser(text: string, flags: LinkFlags): Promise<void> {
  const userId = userIdOf(text)
  const entityId = readFlag('--entity', () => parseEntityId(flags.entity))
  await withServerStore({ ...flags, create: false }, async (store) => {
    if (flags.off === true) {
      if (!(await store.unlinkUser(entityId, userId))) {
        throw new UnknownIdentity(`${userId} is not linked to ${entityId}`)
      }
      const sentence = `${entityId} takes no EUKey by the password of ${userId}; those that it had have ended.`
      return say(flags, { userId, entityId, linked: false }, sentence)
    }
    const outcome = await store.linkUser(entityId, userId)
    if (outcome === 'unknown-user') throw unknown(userId)
    if (outcome === 'unknown-entity') {
      throw new UnknownIdentity(`${entityId} has no owner here`)
    }
    if (outcome === 'user-owned') {
      throw new ConfigurationInvalid(`${entityId} belongs to a CPNS User, whose it stays alone`)
    }
    const sentence = `${entityId} takes EUKeys by the password of ${userId}.`
    say(flags, { userId, entityId, linked: true }, sentence)
  })
}

function unknown(userId: UserId): UnknownIdentity {
  return new UnknownIdentity(`there is no user ${userId}`)
}
