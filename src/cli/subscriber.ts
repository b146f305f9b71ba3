/** `cpns subscriber add|import|change|list|show|remove`: who an HSS serves. Design 10, TS 33.220 4.2.3 */
import { Command, Option } from 'commander'
import type { DataFolder } from '../adapters/data-folder/data-folder.ts'
import { openHssStore } from '../adapters/sqlite/hss-store.ts'
import { ConfigurationInvalid, UnknownIdentity } from '../errors/errors.ts'
import type { HssStore, Subscriber } from '../hss/hss-store.ts'
import type { ImportResult } from '../hss/subscriber-import.ts'
import { type Impi, parseImpi } from '../identity/impi.ts'
import { HSS_DATABASE } from '../lab/lab-files.ts'
import { type DataFlags, dataSubcommands } from './data-command.ts'
import { readFlag } from './flag-values.ts'
import { withProgressBar } from './progress-bar.ts'
import { say, sayable } from './say.ts'
import {
  type AddFlags,
  addGussFlags,
  type ChangeFlags,
  changeOfFlags,
  subscriberOfFlags,
} from './subscriber-flags.ts'
import { importFile } from './subscriber-import.ts'
import { sayGuss, sayLine, saySubscriber } from './subscriber-shown.ts'
import { withStore } from './with-store.ts'

const PAGE = 500

/** The command with its subcommands. */
export function subscriberCommand(): Command {
  const command = new Command('subscriber').description(
    'subscribers of an HSS, in its data folder; keys go in and are never shown',
  )
  const sub = dataSubcommands(command, 'HSS')
  addFlags(sub('add', 'add a subscriber; cpns uicc new prints this line for its card')).action(
    addSubscriber,
  )
  const imported = sub(
    'import <file>',
    'add many subscribers: CSV with a heading, or one JSON object a line',
  ).option('--dry-run', 'only check every line')
  sayable(imported).addHelpText('after', IMPORT_EXAMPLE).action(runImport)
  addChangeFlags(sub('change <impi>', 'change what is given; the rest, and SQN, stay')).action(
    changeSubscriber,
  )
  const list = sub('list', 'subscribers with algorithm and GBA type')
  sayable(list, 'one JSON object a line').action(listSubscribers)
  const show = sub('show <impi>', 'one subscriber, with what it may use').option(
    '--guss',
    'its user security settings as XML, as they are stored',
  )
  sayable(show).action(showSubscriber)
  sayable(sub('remove <impi>', 'take a subscriber and its SQN away')).action(removeSubscriber)
  return command
}

function addFlags(command: Command): Command {
  command
    .requiredOption('--impi <text>', 'IMPI of the subscriber')
    .addOption(
      new Option('--algorithm <name>', 'f-functions')
        .choices(['milenage', 'tuak'])
        .default('milenage'),
    )
    .requiredOption('--k <hex>', 'K, 16 octets (TUAK: 16 or 32)')
    .option('--opc <hex>', 'OPc, 16 octets, with MILENAGE')
    .option('--topc <hex>', 'TOPc, 32 octets, with TUAK')
    .option('--amf <hex>', 'authentication management field, 2 octets', '0000')
  return sayable(addGussFlags(command, true))
}

function addChangeFlags(command: Command): Command {
  command
    .addOption(
      new Option('--algorithm <name>', 'f-functions; both keys come with it').choices([
        'milenage',
        'tuak',
      ]),
    )
    .option('--k <hex>', 'K')
    .option('--opc <hex>', 'OPc, with MILENAGE')
    .option('--topc <hex>', 'TOPc, with TUAK')
    .option('--amf <hex>', 'authentication management field, 2 octets')
  return sayable(addGussFlags(command, false))
}

const IMPORT_EXAMPLE = `
The fields are the flags of "subscriber add" in camelCase. Nothing is added if any line is wrong; subscribers
that are there already stay as they are. The field guss holds XML; in CSV that is one line, with its
quotation marks doubled.
Example:
  cpns subscriber import subscribers.csv --data ./hss
with these lines in the file:
  impi,k,opc,uiccType,guss
  001010000000001@ims.example,465b…,cd63…,GBA_U,
  001010000000002@ims.example,465b…,cd63…,GBA_U,"<guss><ussList>…</ussList></guss>"`

const openHss = (folder: DataFolder): HssStore =>
  openHssStore(folder.file(HSS_DATABASE), folder.sealer)

async function addSubscriber(flags: AddFlags & DataFlags): Promise<void> {
  const subscriber = subscriberOfFlags(flags)
  await withStore({ ...flags, create: true }, openHss, async (store) => {
    if ((await store.addSubscriber(subscriber)) === 'exists') {
      throw new ConfigurationInvalid(`${subscriber.impi} is a subscriber already: remove it first`)
    }
    saySubscriber(subscriber, flags)
  })
}

async function runImport(
  file: string,
  flags: DataFlags & { readonly dryRun?: boolean },
): Promise<void> {
  const run = (store?: HssStore): Promise<ImportResult> =>
    withProgressBar(flags, ({ tell: progress }) =>
      importFile(file, { progress, ...(store && { store }) }),
    )
  if (flags.dryRun === true) return reportImport(await run(), flags)
  await withStore({ ...flags, create: true }, openHss, async (store) =>
    reportImport(await run(store), flags),
  )
}

function reportImport(
  result: ImportResult,
  flags: DataFlags & { readonly dryRun?: boolean },
): void {
  const { read, added, existed } = result
  const did = flags.dryRun ? 'nothing was added' : `${added} added, ${existed} were there before`
  say(flags, result, `${read} subscribers read; ${did}.`)
}

async function listSubscribers(flags: DataFlags): Promise<void> {
  await withStore({ ...flags, create: false }, openHss, async (store) => {
    let count = 0
    for await (const subscriber of allSubscribers(store)) {
      sayLine(subscriber, flags)
      count += 1
    }
    if (count === 0 && flags.json !== true) process.stdout.write('There is no subscriber.\n')
  })
}

async function changeSubscriber(text: string, given: ChangeFlags & DataFlags): Promise<void> {
  const { data, masterKey, json, ...wish } = given
  const impi = readFlag('impi', () => parseImpi(text))
  if (Object.keys(wish).length === 0) {
    throw new ConfigurationInvalid('nothing to change: say what, for instance --guss FILE')
  }
  const change = changeOfFlags(wish)
  await withStore({ data, masterKey, create: false }, openHss, async (store) => {
    const changed = await store.changeSubscriber(impi, change)
    if (changed === undefined) throw nobody(impi)
    saySubscriber(changed, { json })
  })
}

async function showSubscriber(
  text: string,
  flags: DataFlags & { readonly guss?: boolean },
): Promise<void> {
  const impi = readFlag('impi', () => parseImpi(text))
  await withStore({ ...flags, create: false }, openHss, async (store) => {
    const found = await store.findSubscriber(impi)
    if (found === undefined) throw nobody(impi)
    if (flags.guss === true) sayGuss(found, flags)
    else saySubscriber(found, flags)
  })
}

async function removeSubscriber(text: string, flags: DataFlags): Promise<void> {
  const impi = readFlag('impi', () => parseImpi(text))
  await withStore({ ...flags, create: false }, openHss, async (store) => {
    const isRemoved = await store.removeSubscriber(impi)
    if (!isRemoved) throw nobody(impi)
    say(flags, { impi, removed: true }, `${impi} is no subscriber any more.`)
  })
}

function nobody(impi: Impi): UnknownIdentity {
  return new UnknownIdentity(`${impi} is no subscriber here`)
}

async function* allSubscribers(store: HssStore): AsyncIterable<Subscriber> {
  let page: readonly Impi[]
  let after = ''
  do {
    page = await store.listSubscribers({ after, limit: PAGE })
    for (const impi of page) {
      const subscriber = await store.findSubscriber(impi)
      if (subscriber !== undefined) yield subscriber
    }
    after = page.at(-1) ?? after
  } while (page.length === PAGE)
}
