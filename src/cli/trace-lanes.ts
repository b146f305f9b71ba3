/** A ladder with a column for each entity: arrows between lifelines, and what was said at the right. Design 11 */
import type { TraceLine } from '../adapters/capture/trace-lines.ts'
import type { ReferencePoint } from '../trace/trace.ts'

/** How lines are written. */
export interface LanesOptions {
  /** Widest line in columns; longer ones end in "…". */
  readonly columns: number
  /** Whether terminal colours may be used. */
  readonly colour: boolean
  /** What an entity is called. */
  readonly nameOf: (entity: string) => string
}

/** Lines as events come. */
export interface Lanes {
  /** Entities that will come: they get their columns now. */
  expect(entities: readonly string[]): void
  /** The lines of an event; the names of all entities first, when there is a new one. */
  add(line: TraceLine): readonly string[]
}

const TIME_COLUMNS = 10
const WIDEST_LANE = 16
const NARROWEST_LANE = 4
/** Of the width; the rest is for the words. */
const LANES_SHARE = 0.55
/** With less room beside the narrowest columns, each line names its ends in words. */
const LEAST_WORDS = 24
const ENDS_SHARE = 0.4
const COLOURS: Readonly<Record<ReferencePoint, number>> = {
  APDU: 35,
  Ub: 36,
  Zh: 33,
  Zn: 33,
  Ua: 36,
  'CPNS-1': 32,
  'CPNS-2': 34,
}

/** Lanes without an entity. */
export function createLanes(options: LanesOptions): Lanes {
  const { nameOf, colour, columns } = options
  const entities: string[] = []
  let startMs: number | undefined
  let isTold = false

  const enter = (entity: string): number => {
    const name = plain(nameOf(entity))
    const known = entities.indexOf(name)
    if (known >= 0) return known
    isTold = false
    return entities.push(name) - 1
  }
  const laneColumns = (): number => {
    const each = Math.floor((columns * LANES_SHARE - TIME_COLUMNS) / entities.length)
    return Math.max(NARROWEST_LANE, Math.min(WIDEST_LANE, each))
  }
  const hasRoom = (): boolean =>
    columns - TIME_COLUMNS - entities.length * NARROWEST_LANE >= LEAST_WORDS
  const row = (atMs: number, drawing: string, words: string, code?: number): string => {
    startMs ??= atMs
    const time = ((atMs - startMs) / 1000).toFixed(3).padStart(TIME_COLUMNS - 2)
    const line = fit(`${time}  ${drawing}`, columns)
    const told = fit(` ${words}`, columns - line.length)
    return colour && code !== undefined ? `${line}\u001b[${code}m${told}\u001b[0m` : line + told
  }

  return {
    expect(expected) {
      expected.forEach(enter)
    },
    add(line) {
      const isNote = line.kind === 'note'
      const [from, to] = isNote
        ? [enter(line.entity), undefined]
        : [enter(line.from), enter(line.to)]
      const words = isNote
        ? plain(line.text)
        : `${line.point} ${plain(line.message)}${fieldsOf(line)}`
      const code = isNote ? undefined : COLOURS[line.point]
      if (!hasRoom()) {
        return [row(line.atMs, endsOf({ from, to }, entities, columns), words, code)]
      }
      const width = laneColumns()
      const head = isTold ? [] : [headOf(entities, width, columns)]
      isTold = true
      const drawing = drawn(entities.length, width, { from, to })
      return [...head, row(line.atMs, drawing, words, code)]
    },
  }
}

function headOf(entities: readonly string[], width: number, columns: number): string {
  const names = entities.map((name) => fit(name, width - 1).padEnd(width)).join('')
  return fit(' '.repeat(TIME_COLUMNS) + names, columns).trimEnd()
}

/** Who sends to whom, in words. */
function endsOf(
  { from, to }: { readonly from: number; readonly to: number | undefined },
  entities: readonly string[],
  columns: number,
): string {
  const room = Math.max(0, Math.floor(columns * ENDS_SHARE))
  const ends = [from, to].flatMap((end) => (end === undefined ? [] : [entities[end] ?? '']))
  return fit(ends.join(' ▶ '), room).padEnd(room)
}

/** Lifelines at the start of each column, and on them an arrow or, for a note, a dot. */
function drawn(
  count: number,
  width: number,
  { from, to }: { readonly from: number; readonly to: number | undefined },
): string {
  const cells = Array.from<unknown, string>({ length: count * width }, (_, at) =>
    at % width === 0 ? '│' : ' ',
  )
  if (to === undefined || to === from) {
    cells[from * width] = '●'
    return cells.join('')
  }
  const [left, right] = [Math.min(from, to) * width, Math.max(from, to) * width]
  cells.fill('─', left + 1, right)
  if (to > from) cells[right - 1] = '▶'
  else cells[left + 1] = '◀'
  return cells.join('')
}

function fieldsOf({ fields }: Extract<TraceLine, { kind: 'message' }>): string {
  const shown = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`)
  return shown.length === 0 ? '' : plain(` ${shown.join('')}`)
}

/** What a file says must not steer the terminal. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, '·')
}

function fit(text: string, columns: number): string {
  if (columns <= 0) return ''
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`
}
