/** `cpns migrate`: the stores of a data folder brought to the form of this version. Design 9; issue 6, 3 */
import { Command } from 'commander'
import {
  migrateFolder,
  type StoreForm,
  type TellMigration,
  tryMigrations,
} from '../adapters/data-folder/migrate-folder.ts'
import { type TellProgress, withProgressBar } from './progress-bar.ts'
import { type JsonFlag, sayable, sayEach } from './say.ts'

interface MigrateFlags extends JsonFlag {
  readonly data: string
  readonly dryRun?: boolean
}

/** The command. */
export function migrateCommand(): Command {
  const command = new Command('migrate')
    .description('bring the stores of a data folder to the form of this version')
    .requiredOption('--data <dir>', 'data folder, while no entity uses it')
    .option('--dry-run', 'try it on copies; nothing in the folder changes')
  return sayable(command, 'one JSON object a line').action(migrate)
}

async function migrate(flags: MigrateFlags): Promise<void> {
  const { data, dryRun = false } = flags
  const forms = await withProgressBar(flags, async ({ tell }) =>
    dryRun ? tryMigrations(data, inWords(tell)) : migrateFolder(data, inWords(tell)),
  )
  const stores = forms.map((form) => ({ ...form, dryRun }))
  sayEach(flags, stores, { none: `There is no store in ${data}.`, textOf: linesOf })
  const isBehind = stores.some(({ steps }) => steps.length > 0)
  if (isBehind && dryRun && flags.json !== true) for (const line of adviceFor(data)) print(line)
}

/** Pages while it copies; then steps, each of which stands there until it is done. */
function inWords(tell: TellProgress): TellMigration {
  return ({ store, step, copy }) => {
    if (copy !== undefined) tell({ ...copy, unit: `pages of ${store} copied` })
    if (step === undefined) return
    const { done, total, brings } = step
    tell({ done, total, unit: `steps of ${store}; now: ${brings}` })
  }
}

function adviceFor(data: string): readonly string[] {
  return [
    'Tried on copies: it works. Nothing was changed.',
    'No step goes back, so make a backup first:',
    `  cpns backup --data ${data} FOLDER`,
    `  cpns migrate --data ${data}`,
  ]
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
