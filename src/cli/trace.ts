/** `cpns trace FILE`: what a trace file holds, as a ladder or as JSON lines. Design 10, 11 */
import { Command, Option } from 'commander'
import { createOwnNames, type OwnNames } from '../adapters/capture/own-names.ts'
import { readTrace } from '../adapters/capture/read-trace.ts'
import { createSeenOnce } from '../adapters/capture/seen-once.ts'
import type { TraceLine } from '../adapters/capture/trace-lines.ts'
import { nameOf } from '../lab/lab-names.ts'
import type { ReferencePoint } from '../trace/trace.ts'
import { type JsonFlag, say, sayable } from './say.ts'
import { createLanes, type Lanes } from './trace-lanes.ts'
import { untilInterrupted } from './until-interrupted.ts'

interface TraceCommandFlags extends JsonFlag {
  readonly entity?: string
  readonly point?: readonly ReferencePoint[]
  readonly transaction?: string
  readonly follow?: boolean
}

const POINTS = ['APDU', 'Ub', 'Ua', 'Zh', 'Zn', 'CPNS-1', 'CPNS-2'] as const
const DEFAULT_COLUMNS = 160

/** The command. */
export function traceCommand(): Command {
  const command = new Command('trace')
    .description(
      'show a trace file as a ladder: a column for each entity, an arrow for each message',
    )
    .argument('<file>', 'what --trace-file wrote')
    .option(
      '--entity <name>',
      'only what this entity sends, gets or does; a part of the name will do',
    )
    .addOption(new Option('--point <points...>', 'only these reference points').choices(POINTS))
    .option('--transaction <id>', 'only this TransactionID or Session-Id')
    .option('-f, --follow', 'wait for more at the end of the file, until Ctrl-C')
  return sayable(command, 'the lines as they are in the file')
    .addHelpText('after', EXAMPLE)
    .action(runTrace)
}

const EXAMPLE = `
Example:
  cpns lab --once --trace-file lab.jsonl
  cpns trace lab.jsonl --entity BSF --point Ub Zh`

async function runTrace(file: string, flags: TraceCommandFlags): Promise<void> {
  const interruption = untilInterrupted()
  try {
    await showTrace(file, flags, interruption.signal)
  } finally {
    interruption.ignore()
  }
}

async function showTrace(
  file: string,
  flags: TraceCommandFlags,
  signal: AbortSignal,
): Promise<void> {
  const lanes = terminalLanes()
  const isFollowed = flags.follow === true
  const names = createOwnNames()
  if (!isFollowed && flags.json !== true) {
    for await (const line of readTrace(file)) if (line.kind === 'message') names.note(line)
    lanes.expect(await entitiesIn(file, flags, names))
  }
  const isShown = createFilter(flags)
  const named = namerOf(names)
  for await (const line of readTrace(file, isFollowed ? { follow: signal } : {})) {
    // A reader of standard output that went away, as `head` does, ends it too.
    if (signal.aborted) return
    const told = named(line)
    if (isShown(told)) say(flags, told, flags.json === true ? [] : lanes.add(told))
  }
}

/** A file that is whole is read first, so that all entities have their columns from the start. */
async function entitiesIn(
  file: string,
  flags: TraceCommandFlags,
  names: OwnNames,
): Promise<readonly string[]> {
  const entities = new Set<string>()
  const isListed = createFilter(flags)
  const named = namerOf(names)
  for await (const line of readTrace(file)) {
    const told = named(line)
    if (isListed(told)) for (const entity of entitiesOf(told)) entities.add(entity)
  }
  return [...entities]
}

/** Each line as its own ends name themselves; to be asked for each of the file, in its order. */
function namerOf(names: OwnNames): (line: TraceLine) => TraceLine {
  const named = names.namer()
  return (line) => (line.kind === 'message' ? named(line) : line)
}

/** In a ladder each message is told once, though both of its ends may be in the file. */
function createFilter({ entity, point, transaction, json }: TraceCommandFlags) {
  const part = entity?.toLowerCase()
  const isEntity = (name: string): boolean =>
    part === undefined || [name, nameOf(name)].some((one) => one.toLowerCase().includes(part))
  const isNew = createSeenOnce()
  return (line: TraceLine): boolean => {
    if (!entitiesOf(line).some(isEntity)) return false
    if (line.kind === 'note') return point === undefined && transaction === undefined
    if (point !== undefined && !point.includes(line.point)) return false
    if (transaction !== undefined && line.transactionId !== transaction) return false
    return json === true || isNew(line)
  }
}

function entitiesOf(line: TraceLine): readonly string[] {
  return line.kind === 'note' ? [line.entity] : [line.from, line.to]
}

function terminalLanes(): Lanes {
  const { stdout } = process
  return createLanes({
    columns: stdout.columns || DEFAULT_COLUMNS,
    colour: stdout.isTTY && process.env.NO_COLOR === undefined,
    nameOf,
  })
}
