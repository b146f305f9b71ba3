/**
 * `cpns entity add|list|show|rebind|remove`: whom entities belong to, in the data folder of a server. Design
 * 10, K-4
 */
import { Command, Option } from 'commander'
import type { DataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import type { EntityInfo, Owner, ServerStore } from '../cpns-server/server-store.ts'
import { describeEntity, describeEntityInFull } from '../cpns-server/shown-entity.ts'
import { ConfigurationInvalid, UnknownIdentity } from '../errors/errors.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { parseImpi } from '../identity/impi.ts'
import { parseUserId } from '../identity/user-id.ts'
import { SERVER_DATABASE } from '../lab/lab-files.ts'
import { readFlag } from './flag-values.ts'
import { withStore } from './with-store.ts'

interface Flags {
  readonly data: string
  readonly impi?: string
  readonly user?: string
  readonly json?: boolean
}

/** The command with its subcommands. */
export function entityCommand(): Command {
  const command = new Command('entity').description(
    'whom entities belong to, in the data folder of a server',
  )
  const sub = (usage: string, description: string): Command =>
    command
      .command(usage)
      .description(description)
      .requiredOption('--data <dir>', 'data folder of the server')
  withOwner(sub('add <entity>', 'bind an entity to its owner before its first use')).action(add)
  sub('list', 'entities with their owners').option('--json', 'one JSON object a line').action(list)
  sub('show <entity>', 'an entity with its owner, its EUKeys and its sessions')
    .option('--json', 'one JSON object')
    .action(show)
  withOwner(
    sub('rebind <entity>', 'give an entity to another owner; its EUKeys and sessions end'),
  ).action(rebind)
  sub('remove <entity>', 'forget an entity, with its EUKeys and sessions').action(remove)
  return command
}

function withOwner(command: Command): Command {
  return command
    .addOption(new Option('--impi <text>', 'its owner is this subscriber').conflicts('user'))
    .option('--user <id>', 'its owner is this CPNS User')
}

const openServer = (folder: DataFolder): ServerStore =>
  openServerStore(folder.file(SERVER_DATABASE), folder.sealer)

const entityOf = (text: string): EntityId => readFlag('entity', () => parseEntityId(text))

async function add(text: string, flags: Flags): Promise<void> {
  const entity = bindingOf(text, flags)
  await withStore({ path: flags.data, create: true }, openServer, async (store) => {
    if ((await store.bindEntity(entity)) === 'bound-already') {
      throw new ConfigurationInvalid(`${entity.entityId} has an owner already: see entity rebind`)
    }
    print(`${entity.entityId} belongs to ${ownerText(entity.owner)}.`)
  })
}

async function list({ data, json }: Flags): Promise<void> {
  await withStore({ path: data, create: false }, openServer, async (store) => {
    const entities = await store.listEntities()
    if (entities.length === 0 && json !== true) print('There is no entity.')
    for (const shown of entities.map(describeEntity)) {
      const { entityId, owner, bound } = shown
      print(json ? JSON.stringify(shown) : `${entityId}  ${ownerText(owner)}  since ${bound}`)
    }
  })
}

async function show(text: string, { data, json }: Flags): Promise<void> {
  const entityId = entityOf(text)
  await withStore({ path: data, create: false }, openServer, async (store) => {
    const shown = await describeEntityInFull(store, entityId, systemClock.nowMs())
    if (shown === undefined) throw unknown(entityId)
    if (json === true) {
      print(JSON.stringify(shown))
      return
    }
    const { owner, bound, linkedUser, euKeys, sessions } = shown
    print(`${entityId}  ${ownerText(owner)}  since ${bound}`)
    if (linkedUser !== undefined) print(`  takes EUKeys by the password of ${linkedUser}`)
    for (const { id, keyType, state, expires } of euKeys) {
      print(`  EUKey   ${id}  ${keyType}  ${state}  until ${expires}`)
    }
    for (const { sessionId, via, expires } of sessions) {
      const way = via === undefined ? '' : `  via ${via}`
      print(`  session ${sessionId}${way}  until ${expires}`)
    }
  })
}

async function rebind(text: string, flags: Flags): Promise<void> {
  const entity = bindingOf(text, flags)
  const { entityId } = entity
  await withStore({ path: flags.data, create: false }, openServer, async (store) => {
    if (!(await store.rebindEntity(entity))) throw unknown(entityId)
    print(`${entityId} belongs to ${ownerText(entity.owner)}; its EUKeys and sessions have ended.`)
  })
}

async function remove(text: string, { data }: Flags): Promise<void> {
  const entityId = entityOf(text)
  await withStore({ path: data, create: false }, openServer, async (store) => {
    if (!(await store.removeEntity(entityId))) throw unknown(entityId)
    print(`${entityId} is forgotten; its EUKeys and sessions have ended.`)
  })
}

/** @throws {ConfigurationInvalid} Naming what is wrong or missing. */
function bindingOf(text: string, { impi, user }: Flags): EntityInfo {
  const entityId = entityOf(text)
  const boundAtMs = systemClock.nowMs()
  if (impi !== undefined) {
    const id = readFlag('--impi', () => parseImpi(impi))
    return { entityId, owner: { kind: 'impi', id }, boundAtMs }
  }
  if (user === undefined) throw new ConfigurationInvalid('--impi or --user: one is needed')
  return {
    entityId,
    owner: { kind: 'user', id: readFlag('--user', () => parseUserId(user)) },
    boundAtMs,
  }
}

function ownerText({ kind, id }: Owner): string {
  return `${kind} ${id}`
}

function unknown(entityId: EntityId): UnknownIdentity {
  return new UnknownIdentity(`${entityId} is not known here`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
