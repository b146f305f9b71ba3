/** `cpns key show|rotate`: the master key that keys at rest are sealed under. K-5 */
import { Command } from 'commander'
import { readMasterKeyIds, rotateMasterKey } from '../adapters/data-folder/rotate-master-key.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { MASTER_KEY_FLAG, masterKeyIn } from './master-key-flag.ts'
import { withProgressBar } from './progress-bar.ts'
import { type JsonFlag, say, sayable } from './say.ts'

interface KeyFlags extends JsonFlag {
  readonly data: string
  readonly masterKey?: string
}

const random = createSystemRandom()

/** The command with its subcommands. */
export function keyCommand(): Command {
  const command = new Command('key').description('the master key of a data folder')
  const sub = (name: string, description: string): Command =>
    sayable(
      command
        .command(name)
        .description(description)
        .requiredOption('--data <dir>', 'data folder')
        .option(...MASTER_KEY_FLAG),
    )
  sub('show', 'its id, and those of former keys that still open; never a key').action(showKey)
  sub('rotate', 'another master key, while the entities run; finishes an interrupted rotation')
    .addHelpText('after', '\nExample:\n  cpns key rotate --data ./hss')
    .action(rotateKey)
  return command
}

function placeOf(flags: KeyFlags) {
  return { folder: flags.data, ...masterKeyIn(flags) }
}

async function showKey(flags: KeyFlags): Promise<void> {
  const ids = await readMasterKeyIds(placeOf(flags), random)
  say(flags, ids, [
    `master key ${ids.keyId}`,
    ...ids.formerKeyIds.map((id) => `former key ${id} still opens: cpns key rotate lets it go`),
  ])
}

async function rotateKey(flags: KeyFlags): Promise<void> {
  const place = placeOf(flags)
  const rotation = await withProgressBar(flags, ({ tell }) =>
    rotateMasterKey(place, random, (name, done, total) =>
      tell({ done, total, unit: `rows of ${name}` }),
    ),
  )
  const { keyId, formerKeyIds, isResumed, resealed } = rotation
  const values = `${resealed} key${resealed === 1 ? '' : 's'} sealed anew`
  const former = formerKeyIds.join(', ')
  say(flags, rotation, [
    `master key ${keyId}, ${values}${isResumed ? ' (an interrupted rotation is finished)' : ''}`,
    'masterKey' in place ? `former key ${former} can go now` : `former key ${former} is gone`,
  ])
}
