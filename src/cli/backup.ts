/** `cpns backup` and `cpns restore`: copies of a data folder, also while its entities run. Design 10 */
import { Command } from 'commander'
import { backUpDataFolder, restoreDataFolder } from '../adapters/data-folder/back-up.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { parseWholeNumber } from './whole-number.ts'

/** Twelve days at one vector a second and subscriber; far below the Δ of cards, 2^28. TS 33.102 C.2 */
const DEFAULT_SQN_MARGIN = 2 ** 20

interface BackupFlags {
  readonly data: string
  readonly withMasterKey?: boolean
}

interface RestoreFlags {
  readonly data: string
  readonly keyFile?: string
  readonly sqnMargin: number
}

const random = createSystemRandom()

/** Copies out. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('copy a data folder, also while it is in use; the master key is left out')
    .argument('<folder>', 'where to; must not be there, or be empty')
    .requiredOption('--data <dir>', 'data folder')
    .option('--with-master-key', 'put the master key in: who finds the backup opens every key')
    .addHelpText('after', BACKUP_EXAMPLE)
    .action(backUp)
}

/** Copies back. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('make a data folder of what cpns backup made; while no entity uses it')
    .argument('<folder>', 'what cpns backup made')
    .requiredOption('--data <dir>', 'data folder; must not be there, or be empty')
    .option('--key-file <file>', 'master key, where the backup has none; put into the folder')
    .option(
      '--sqn-margin <n>',
      'SEQ values that are skipped for each subscriber of an HSS',
      parseWholeNumber,
      DEFAULT_SQN_MARGIN,
    )
    .addHelpText('after', RESTORE_EXAMPLE)
    .action(restore)
}

async function backUp(backup: string, { data, withMasterKey = false }: BackupFlags): Promise<void> {
  const ports = { clock: systemClock, random }
  const { files, masterKeyId } = await backUpDataFolder({ data, backup }, { withMasterKey }, ports)
  print(`${files.length} files of ${data} are in ${backup}.`)
  if (withMasterKey) {
    process.stderr.write(
      'cpns: this backup holds the master key: whoever finds it opens every key in it\n',
    )
  } else if (masterKeyId !== undefined) {
    print(`Not among them: master.key (${masterKeyId}). Keep a copy of it somewhere else.`)
  }
}

async function restore(backup: string, { data, keyFile, sqnMargin }: RestoreFlags): Promise<void> {
  const options = { sqnMargin, ...(keyFile !== undefined && { keyFile }) }
  const { files, masterKeyId } = await restoreDataFolder({ data, backup }, options, random)
  print(`${files.length} files of ${backup} are in ${data}.`)
  if (files.includes('master.key')) return
  const id = masterKeyId === undefined ? '' : ` (${masterKeyId})`
  print(`Put its master.key${id} there too, unless the master key comes from elsewhere.`)
}

const BACKUP_EXAMPLE = `
Example:
  cpns backup --data ./hss ./backup-of-today`

const RESTORE_EXAMPLE = `
Example:
  cpns restore --data ./hss ./backup-of-today --key-file /safe/master.key`

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
