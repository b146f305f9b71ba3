/** `cpns backup` and `cpns restore`: copies of a data folder, also while its entities run. Design 10 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { copyDataFolder, MASTER_KEY_NAME } from '../adapters/data-folder/backup-folder.ts'

interface FolderFlags {
  readonly data: string
}

/** Copies out. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('copy a data folder, also while it is in use; the master key is left out')
    .argument('<folder>', 'where to; must not be there, or be empty')
    .requiredOption('--data <dir>', 'data folder')
    .addHelpText('after', BACKUP_EXAMPLE)
    .action(async (folder: string, { data }: FolderFlags) => {
      const { files } = await copyDataFolder(data, folder)
      print(`${files.length} files of ${data} are in ${folder}.`)
      if (existsSync(join(data, MASTER_KEY_NAME))) {
        print(`Not among them: ${MASTER_KEY_NAME}. Keep a copy of it somewhere else.`)
      }
    })
}

/** Copies back. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('make a data folder of what cpns backup made; while no entity uses it')
    .argument('<folder>', 'what cpns backup made')
    .requiredOption('--data <dir>', 'data folder; must not be there, or be empty')
    .addHelpText('after', RESTORE_EXAMPLE)
    .action(async (folder: string, { data }: FolderFlags) => {
      const { files } = await copyDataFolder(folder, data)
      print(`${files.length} files of ${folder} are in ${data}.`)
      print(`Put its ${MASTER_KEY_NAME} there too, unless the master key comes from elsewhere.`)
    })
}

const BACKUP_EXAMPLE = `
Example:
  cpns backup --data ./hss ./backup-of-today`

const RESTORE_EXAMPLE = `
Example:
  cpns restore --data ./hss ./backup-of-today
  cp /safe/master.key ./hss/`

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
