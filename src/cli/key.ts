/** `cpns key show|rotate`: the master key that keys at rest are sealed under. K-5 */
import { Command } from 'commander'
import {
  type MasterKeyIds,
  readMasterKeyIds,
  rotateMasterKey,
} from '../adapters/data-folder/rotate-master-key.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { MASTER_KEY_FLAG, masterKeySourceOf } from './master-key-flag.ts'

interface KeyFlags {
  readonly data: string
  readonly masterKey?: string
  readonly json?: boolean
}

const random = createSystemRandom()

/** The command with its subcommands. */
export function keyCommand(): Command {
  const command = new Command('key').description('the master key of a data folder')
  command
    .command('show')
    .description('its id, and those of former keys that still open; never a key')
    .requiredOption('--data <dir>', 'data folder')
    .option(...MASTER_KEY_FLAG)
    .option('--json', 'one JSON object')
    .action(showKey)
  command
    .command('rotate')
    .description('another master key, while the entities run; finishes an interrupted rotation')
    .requiredOption('--data <dir>', 'data folder')
    .option(...MASTER_KEY_FLAG)
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExample:\n  cpns key rotate --data ./hss')
    .action(rotateKey)
  return command
}

function placeOf({ data, masterKey }: KeyFlags) {
  const source = masterKeySourceOf(masterKey)
  return { folder: data, ...(source && { masterKey: source }) }
}

async function showKey(flags: KeyFlags): Promise<void> {
  const ids = await readMasterKeyIds(placeOf(flags), random)
  print(flags, ids, [
    `master key ${ids.keyId}`,
    ...ids.formerKeyIds.map((id) => `former key ${id} still opens: cpns key rotate lets it go`),
  ])
}

async function rotateKey(flags: KeyFlags): Promise<void> {
  const place = placeOf(flags)
  const rotation = await rotateMasterKey(place, random)
  const { keyId, formerKeyIds, isResumed, resealed } = rotation
  const values = `${resealed} key${resealed === 1 ? '' : 's'} sealed anew`
  const former = formerKeyIds.join(', ')
  print(flags, rotation, [
    `master key ${keyId}, ${values}${isResumed ? ' (an interrupted rotation is finished)' : ''}`,
    'masterKey' in place ? `former key ${former} can go now` : `former key ${former} is gone`,
  ])
}

function print(flags: KeyFlags, value: MasterKeyIds, lines: readonly string[]): void {
  const text = flags.json === true ? JSON.stringify(value) : lines.join('\n')
  process.stdout.write(`${text}\n`)
}
