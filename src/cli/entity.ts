/**
 * `cpns entity add|list|show|rebind|remove`: whom entities belong to, in the data folder of a server. Design
 * 10, K-4
 */
import { Command, Option } from 'commander'
import { systemClock } from '../adapters/system/system-clock.ts'
import { parseNewEntityId } from '../cpns-server/reserved-names.ts'
import type { EntityInfo, Owner } from '../cpns-server/server-store.ts'
import { describeEntity, describeEntityInFull } from '../cpns-server/shown-entity.ts'
import { ConfigurationInvalid, UnknownIdentity } from '../errors/errors.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { parseImpi } from '../identity/impi.ts'
import { parseUserId } from '../identity/user-id.ts'
import { type DataFlags, dataSubcommands } from './data-command.ts'
import { readFlag } from './flag-values.ts'
import { say, sayable, sayEach } from './say.ts'
import { withServerStore } from './with-store.ts'
import { shownTime } from './wrap-text.ts'

interface Flags extends DataFlags {
  readonly impi?: string
  readonly user?: string
}

/** The command with its subcommands. */
export function entityCommand(): Command {
  const command = new Command('entity').description(
    'whom entities belong to, in the data folder of a server',
  )
  const sub = dataSubcommands(command, 'server')
  withOwner(sub('add <entity>', 'bind an entity to its owner before its first use')).action(add)
  sayable(sub('list', 'entities with their owners'), 'one JSON object a line').action(list)
  sayable(sub('show <entity>', 'an entity with its owner, its EUKeys and its sessions')).action(
    show,
  )
  withOwner(
    sub('rebind <entity>', 'give an entity to another owner; its EUKeys and sessions end'),
  ).action(rebind)
  sayable(sub('remove <entity>', 'forget an entity, with its EUKeys and sessions')).action(remove)
  return command
}

function withOwner(command: Command): Command {
  command
    .addOption(new Option('--impi <text>', 'its owner is this subscriber').conflicts('user'))
    .option('--user <id>', 'its owner is this CPNS User')
  return sayable(command)
}

const entityOf = (text: string): EntityId => readFlag('entity', () => parseEntityId(text))

async function add(text: string, flags: Flags): Promise<void> {
  const entity = bindingOf(
    readFlag('entity', () => parseNewEntityId(text)),
    flags,
  )
  await withServerStore({ ...flags, create: true }, async (store) => {
    if ((await store.bindEntity(entity)) === 'bound-already') {
      throw new ConfigurationInvalid(`${entity.entityId} has an owner already: see entity rebind`)
    }
    const sentence = `${entity.entityId} belongs to ${ownerText(entity.owner)}.`
    say(flags, describeEntity(entity), sentence)
  })
}

async function list({ data, ...flags }: Flags): Promise<void> {
  await withServerStore({ ...flags, data, create: false }, async (store) => {
    const entities = (await store.listEntities()).map(describeEntity)
    sayEach(flags, entities, { none: 'There is no entity.', textOf: linesOf })
  })
}

async function show(text: string, { data, ...flags }: Flags): Promise<void> {
  const entityId = entityOf(text)
  await withServerStore({ ...flags, data, create: false }, async (store) => {
    const shown = await describeEntityInFull(store, entityId, systemClock.nowMs())
    if (shown === undefined) throw unknown(entityId)
    const { linkedUser, euKeys, sessions } = shown
    say(flags, shown, [
      ...linesOf(shown),
      ...(linkedUser === undefined ? [] : [`  takes EUKeys by the password of ${linkedUser}`]),
      ...euKeys.flatMap(({ id, keyType, state, expires }) => [
        `  EUKey   ${id}`,
        `          ${keyType}  ${state}  until ${shownTime(expires)}`,
      ]),
      ...sessions.flatMap(({ sessionId, via, expires }) => [
        `  session ${sessionId}  until ${shownTime(expires)}`,
        ...(via === undefined ? [] : [`          via ${via}`]),
      ]),
    ])
  })
}

async function rebind(text: string, flags: Flags): Promise<void> {
  const entityId = entityOf(text)
  const entity = bindingOf(entityId, flags)
  await withServerStore({ ...flags, create: false }, async (store) => {
    if (!(await store.rebindEntity(entity))) throw unknown(entityId)
    const belongs = `${entityId} belongs to ${ownerText(entity.owner)}`
    say(flags, describeEntity(entity), `${belongs}; its EUKeys and sessions have ended.`)
  })
}

async function remove(text: string, { data, ...flags }: Flags): Promise<void> {
  const entityId = entityOf(text)
  await withServerStore({ ...flags, data, create: false }, async (store) => {
    if (!(await store.removeEntity(entityId))) throw unknown(entityId)
    const sentence = `${entityId} is forgotten; its EUKeys and sessions have ended.`
    say(flags, { entityId, removed: true }, sentence)
  })
}

/** @throws {ConfigurationInvalid} Naming what is wrong or missing. */
function bindingOf(entityId: EntityId, { impi, user }: Flags): EntityInfo {
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

function linesOf({ entityId, owner, bound }: ReturnType<typeof describeEntity>): string[] {
  return [`${entityId}  since ${shownTime(bound)}`, `  ${ownerText(owner)}`]
}

function ownerText({ kind, id }: Owner): string {
  return `${kind} ${id}`
}

function unknown(entityId: EntityId): UnknownIdentity {
  return new UnknownIdentity(`${entityId} is not known here`)
}
