/** `cpns backup` and `cpns restore`: copies of a data folder, also while its entities run. Design 10 */
import { Command } from 'commander'
import { backUpDataFolder, restoreDataFolder } from '../adapters/data-folder/back-up.ts'
import type { CopyProgress } from '../adapters/data-folder/backup-folder.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { type TellProgress, withProgressBar } from './progress-bar.ts'
import { type JsonFlag, say, sayable, warn } from './say.ts'
import { parseWholeNumber } from './whole-number.ts'

/** Twelve days at one vector a second and subscriber; far below the Δ of cards, 2^28. TS 33.102 C.2 */
const DEFAULT_SQN_MARGIN = 2 ** 20

interface BackupFlags extends JsonFlag {
  readonly data: string
  readonly withMasterKey?: boolean
}

interface RestoreFlags extends JsonFlag {
  readonly data: string
  readonly keyFile?: string
  readonly sqnMargin: number
}

const random = createSystemRandom()

/** Copies out. */
export function backupCommand(): Command {
  const command = new Command('backup')
    .description('copy a data folder, also while it is in use; the master key is left out')
    .argument('<folder>', 'where to; must not be there, or be empty')
    .requiredOption('--data <dir>', 'data folder')
    .option('--with-master-key', 'put the master key in: who finds the backup opens every key')
  return sayable(command).addHelpText('after', BACKUP_EXAMPLE).action(backUp)
}

/** Copies back. */
export function restoreCommand(): Command {
  const command = new Command('restore')
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
  return sayable(command).addHelpText('after', RESTORE_EXAMPLE).action(restore)
}

function countOf(files: readonly string[], folder: string): string {
  return files.length === 1 ? `1 file of ${folder} is` : `${files.length} files of ${folder} are`
}

async function backUp(backup: string, flags: BackupFlags): Promise<void> {
  const { data, withMasterKey = false } = flags
  const { files, masterKeyId } = await withProgressBar(flags, ({ tell }) => {
    const ports = { clock: systemClock, random, progress: inMebibytes(tell) }
    return backUpDataFolder({ data, backup }, { withMasterKey }, ports)
  })
  const lines = [`${countOf(files, data)} in ${backup}.`]
  if (!withMasterKey && masterKeyId !== undefined) {
    lines.push(`Not among them: master.key (${masterKeyId}). Keep a copy of it somewhere else.`)
  }
  say(flags, { data, backup, files, masterKeyId, withMasterKey }, lines)
  if (withMasterKey) {
    warn(flags, 'this backup holds the master key: whoever finds it opens every key in it')
  }
}

async function restore(backup: string, flags: RestoreFlags): Promise<void> {
  const { data, keyFile, sqnMargin } = flags
  const options = { sqnMargin, ...(keyFile !== undefined && { keyFile }) }
  const { files, masterKeyId } = await withProgressBar(flags, ({ tell }) =>
    restoreDataFolder({ data, backup }, options, { random, progress: inMebibytes(tell) }),
  )
  const withMasterKey = files.includes('master.key')
  const lines = [`${countOf(files, backup)} in ${data}.`]
  if (!withMasterKey) {
    const id = masterKeyId === undefined ? '' : ` (${masterKeyId})`
    lines.push(`Put its master.key${id} there too, unless the master key comes from elsewhere.`)
  }
  say(flags, { data, backup, files, masterKeyId, withMasterKey }, lines)
}

const MEBIBYTE = 2 ** 20

function inMebibytes(tell: TellProgress): CopyProgress {
  return (done, total) => tell({ done: done / MEBIBYTE, total: total / MEBIBYTE, unit: 'MiB' })
}

const BACKUP_EXAMPLE = `
Example:
  cpns backup --data ./hss ./backup-of-today`

const RESTORE_EXAMPLE = `
Example:
  cpns restore --data ./hss ./backup-of-today --key-file /safe/master.key`
