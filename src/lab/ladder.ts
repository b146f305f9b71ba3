/** Trace events as a ladder for people: one line a message, entities, reference point, what matters. Design 10, 11 */
import type { TraceEvent, TraceItem } from '../trace/trace.ts'

/** How lines are written. */
export interface LadderOptions {
  /** Widest line in columns; longer ones end in "…". */
  readonly columns: number
  /** Whether terminal colours may be used. */
  readonly colour: boolean
  /** What an EntityID is called, for instance `PNE watch`. */
  readonly nameOf: (entity: string) => string
  /** UTC milliseconds that the first column counts from. */
  readonly startMs: number
}

/** Lines as events come. */
export interface Ladder {
  /** The lines that are complete with this event; none for the receiving end of a message. */
  add(item: TraceItem): readonly string[]
  /** What was held back: commands that read files of a card, which are told in one line. */
  flush(): readonly string[]
}

const NAME_COLUMNS = 12
const POINT_COLUMNS = 7
const LONGEST_VALUE = 26
const COLOURS: Readonly<Record<TraceEvent['point'], number>> = {
  APDU: 35,
  Ub: 36,
  Zh: 33,
  Zn: 33,
  Ua: 36,
  'CPNS-1': 32,
  'CPNS-2': 34,
}

/** An empty ladder. */
export function createLadder(options: LadderOptions): Ladder {
  let fileCommands: TraceEvent[] = []

  const flush = (): readonly string[] => {
    const [first] = fileCommands
    if (first === undefined) return []
    const told = { ...first, ...(fileCommands.at(-1) as TraceEvent), atMs: first.atMs }
    const line = messageLine({ ...told, message: filesIn(fileCommands), fields: {} }, options)
    fileCommands = []
    return [line]
  }

  return {
    flush,
    add(item) {
      if (item.kind === 'note') return [...flush(), noteLine(item, options)]
      if (!isTold(item)) return []
      if (isFileCommand(item)) {
        fileCommands.push(item)
        return []
      }
      return [...flush(), messageLine(item, options)]
    },
  }
}

/**
 * Every message has two ends and is told once, by its sender; on Ub by the UE, because a BSF does not
 * know its UEs by name. Answers of a card to file commands go without saying.
 */
export function isTold(event: TraceEvent): boolean {
  if (event.point === 'Ub') return event.side === (event.from === 'BSF' ? 'received' : 'sent')
  const isFileAnswer =
    event.point === 'APDU' && !isAuthenticate(event) && 'statusWord' in event.fields
  return event.side === 'sent' && !isFileAnswer
}

function isFileCommand(event: TraceEvent): boolean {
  return event.point === 'APDU' && !isAuthenticate(event)
}

function isAuthenticate({ message }: TraceEvent): boolean {
  return message.startsWith('AUTHENTICATE')
}

/** `READ EF_UST, EF_IMSI; UPDATE EF_GBABP`: what a terminal did, without how it found its way there. */
function filesIn(events: readonly TraceEvent[]): string {
  const verbs = ['READ', 'UPDATE', 'VERIFY']
  const told = verbs.flatMap((verb) => {
    const files = events
      .filter(({ message }) => message.startsWith(verb))
      .map(({ message }) => message.split(' ').at(-1) as string)
    return files.length === 0 ? [] : [`${verb} ${Array.from(new Set(files)).join(', ')}`]
  })
  return told.length === 0 ? (events[0] as TraceEvent).message : told.join('; ')
}

function noteLine(note: Extract<TraceItem, { kind: 'note' }>, options: LadderOptions): string {
  const name = options.nameOf(note.entity).padEnd(NAME_COLUMNS)
  return fit(`${timeOf(note, options)}  ${name} · ${note.text}`, options.columns)
}

function messageLine(event: TraceEvent, options: LadderOptions): string {
  const from = options.nameOf(event.from).padEnd(NAME_COLUMNS)
  const to = options.nameOf(event.to).padEnd(NAME_COLUMNS)
  const head = `${timeOf(event, options)}  ${from} ──▶ ${to} `
  const point = event.point.padEnd(POINT_COLUMNS)
  const line = fit(`${head}${point} ${event.message}${fieldsOf(event, options)}`, options.columns)
  const painted = line.slice(head.length, head.length + POINT_COLUMNS)
  if (!options.colour || painted === '') return line
  const rest = line.slice(head.length + POINT_COLUMNS)
  return `${line.slice(0, head.length)}\u001b[${COLOURS[event.point]}m${painted}\u001b[0m${rest}`
}

function timeOf({ atMs }: TraceItem, { startMs }: LadderOptions): string {
  return ((atMs - startMs) / 1000).toFixed(3).padStart(8)
}

function fieldsOf({ fields }: TraceEvent, options: LadderOptions): string {
  const shown = Object.entries(fields)
    .filter(([name]) => name !== 'octets')
    .map(([name, value]) => `${name}=${brief(value, options)}`)
  return shown.length === 0 ? '' : `  ${shown.join(' ')}`
}

/** Names for entities, and of long values the beginning: all of it is in the JSON form. */
function brief(value: string | number, { nameOf }: LadderOptions): string {
  const named = nameOf(String(value)).replace(/^PNE /, '')
  return named.length <= LONGEST_VALUE ? named : `${named.slice(0, LONGEST_VALUE - 6)}…`
}

function fit(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(1, columns - 1))}…`
}
