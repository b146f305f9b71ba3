/** `cpns eukey add|list|show|remove`: EUKeys that are given to devices without a card. Design 10, K-4 */
import { Command } from 'commander'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { provisionEuKey } from '../cpns-server/provision-eukey.ts'
import { parseNewEntityId } from '../cpns-server/reserved-names.ts'
import type { EuKeyInfo } from '../cpns-server/server-store.ts'
import { describeEuKey } from '../cpns-server/shown-entity.ts'
import { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid, UnknownIdentity } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { type DataFlags, dataSubcommands } from './data-command.ts'
import { readFlag } from './flag-values.ts'
import { readWholeFile } from './read-whole-file.ts'
import { say, sayable, sayEach } from './say.ts'
import { parseWholeNumber } from './whole-number.ts'
import { withServerStore } from './with-store.ts'
import { shownTime } from './wrap-text.ts'

const DAY_SECONDS = 86_400
const EUKEY_LENGTH = 32
const random = createSystemRandom()

interface AddFlags extends DataFlags {
  readonly entity: string
  readonly user: string
  readonly keyFile?: string
  readonly lifetime: number
}

/** The command with its subcommands. */
export function eukeyCommand(): Command {
  const command = new Command('eukey').description(
    'EUKeys of entities, in the data folder of a server',
  )
  const sub = dataSubcommands(command, 'server')
  const made = sub(
    'add',
    'give an entity an EUKey of its own; prints the key once if it was made here',
  )
    .requiredOption('--entity <uri>', 'EntityID of the device, for instance urn:uuid:…')
    .requiredOption('--user <id>', 'UserID of its owner')
    .option('--key-file <file>', 'file with the key as 64 hex digits, "-" for standard input')
    .option('--lifetime <seconds>', 'how long the key is good', parseWholeNumber, 30 * DAY_SECONDS)
  sayable(made).addHelpText('after', ADD_EXAMPLE).action(addEuKey)
  const listed = sub('list', 'EUKeys with owner and expiry; never the keys')
  sayable(listed, 'one JSON object a line').action(listEuKeys)
  const shown = sub('show <entity>', 'the EUKeys of one entity; never the keys')
  sayable(shown, 'one JSON object a line').action(showEuKeys)
  const removed = sub('remove <entity>', "take an entity's EUKeys away and end its sessions")
  sayable(removed).action(removeEuKeys)
  return command
}

const ADD_EXAMPLE = `
Example:
  cpns eukey add --data ./lab --entity urn:uuid:0b8f… --user alice`

async function addEuKey(flags: AddFlags): Promise<void> {
  const entityId = readFlag('--entity', () => parseNewEntityId(flags.entity))
  const userId = readFlag('--user', () => parseUserId(flags.user))
  const given = flags.keyFile === undefined ? undefined : readKeyFile(flags.keyFile)
  await withServerStore({ ...flags, create: true }, async (store) => {
    const key = given ?? Secret.of(random.octets(EUKEY_LENGTH))
    const wish = { entityId, userId, key, lifetimeSeconds: flags.lifetime }
    const euKey = await provisionEuKey(wish, { store, clock: systemClock, random })
    if (euKey === undefined) {
      throw new ConfigurationInvalid(`${entityId} belongs to another owner`)
    }
    const made = given === undefined ? { key: toHex(key.reveal()) } : {}
    const shown = { ...describeEuKey({ ...euKey, state: 'current' }), ...made }
    say(flags, shown, sentencesOf(shown))
  })
}

async function listEuKeys(flags: DataFlags): Promise<void> {
  await withServerStore({ ...flags, create: false }, async (store) =>
    sayAll(flags, await store.listEuKeys()),
  )
}

async function showEuKeys(entity: string, flags: DataFlags): Promise<void> {
  const entityId = readFlag('entity', () => parseEntityId(entity))
  await withServerStore({ ...flags, create: false }, async (store) => {
    const found = await store.listEuKeys({ entityId })
    if (found.length === 0) throw new UnknownIdentity(`${entityId} has no EUKey here`)
    sayAll(flags, found)
  })
}

async function removeEuKeys(entity: string, flags: DataFlags): Promise<void> {
  const entityId = readFlag('entity', () => parseEntityId(entity))
  await withServerStore({ ...flags, create: false }, async (store) => {
    const removed = await store.removeEuKeys(entityId)
    if (!removed) throw new UnknownIdentity(`${entityId} has no EUKey here`)
    const sentence = `${entityId} has no EUKey any more; its sessions have ended.`
    say(flags, { entityId, removed: true }, sentence)
  })
}

function readKeyFile(file: string): Secret {
  const text = new TextDecoder().decode(readWholeFile('--key-file', file)).trim()
  const octets = readFlag('--key-file', () => fromHex(text, 'key'))
  if (octets.length !== EUKEY_LENGTH) {
    throw new ConfigurationInvalid(`--key-file: an EUKey has 64 hex digits`)
  }
  return Secret.of(octets)
}

type Shown = ReturnType<typeof describeEuKey> & { readonly key?: string }

function sentencesOf({ id, entityId, owner, expires, key }: Shown): string[] {
  return [
    `EUKey ${id}, good until ${shownTime(expires)}`,
    `of ${entityId} (${owner.kind} ${owner.id})`,
    ...(key === undefined ? [] : [`key ${key}`]),
  ]
}

function sayAll(flags: DataFlags, euKeys: readonly EuKeyInfo[]): void {
  sayEach(flags, euKeys.map(describeEuKey), { none: 'There is no EUKey.', textOf: linesOf })
}

function linesOf({ entityId, owner, source, state, expires }: Shown): string[] {
  const whose = `${owner.kind} ${owner.id}`
  return [`${entityId}  until ${shownTime(expires)}`, `  ${state}  ${source}  ${whose}`]
}
