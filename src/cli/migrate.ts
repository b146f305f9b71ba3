/** `cpns migrate`: the stores of a data folder brought to the form of this version. Design 9; issue 6, 3 */
import { Command } from 'commander'
import {
  migrateFolder,
  type StoreForm,
  tryMigrations,
} from '../adapters/data-folder/migrate-folder.ts'

interface MigrateFlags {
  readonly data: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** The command. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the stores of a data folder to the form of this version')
    .requiredOption('--data <dir>', 'data folder, while no entity uses it')
    .option('--dry-run', 'try it on copies; nothing in the folder changes')
    .option('--json', 'one JSON object a line')
    .action(migrate)
}

async function migrate({ data, dryRun = false, json }: MigrateFlags): Promise<void> {
  const stores = dryRun ? await tryMigrations(data) : migrateFolder(data)
  if (json === true) {
    for (const store of stores) print(JSON.stringify({ ...store, dryRun }))
    return
  }
  if (stores.length === 0) print(`There is no store in ${data}.`)
  for (const line of stores.flatMap(linesOf)) print(line)
  const isBehind = stores.some(({ steps }) => steps.length > 0)
  if (!isBehind || !dryRun) return
  print(
    'Tried on copies: it works. Nothing was changed. No step goes back, so make a backup first:',
  )
  print(`  cpns backup --data ${data} FOLDER`)
  print(`  cpns migrate --data ${data}`)
}

function linesOf({ store, kind, form, newest, steps }: StoreForm): string[] {
  const what = `${store} (${kind})`
  if (steps.length === 0) return [`${what}: form ${form}, the newest`]
  return [
    `${what}: form ${form} to ${newest}`,
    ...steps.map(({ form: to, brings }) => `  ${to}: ${brings}`),
  ]
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
