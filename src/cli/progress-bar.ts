/**
 * How far long work is: one line on standard error that is drawn over itself and gone at the end. Only on a
 * terminal, and never with `--json`. Issue 6, 4
 */
import { systemClock } from '../adapters/system/system-clock.ts'
import type { Clock } from '../ports/clock.ts'
import type { JsonFlag } from './say.ts'

/** Where work stands. */
export interface WorkDone {
  readonly done: number
  /** Unknown if absent: then there is no bar, only the number. */
  readonly total?: number | undefined
  /** What is counted, for instance `subscribers added`. */
  readonly unit: string
}

/** Tells how far work is; to be called as often as one likes. */
export type TellProgress = (work: WorkDone) => void

/** A line that shows it. */
export interface ProgressBar {
  readonly tell: TellProgress
  /** Takes the line away, so that something else can be printed; the next call draws it anew. */
  clear(): void
}

/** Where it is drawn. */
export interface BarTerminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const DEFAULT_COLUMNS = 80
const LONGEST_BAR = 30
const SHORTEST_BAR = 8
/** Drawing more often would only cost time. */
const REDRAW_MS = 100
/** An estimate from less is a guess. */
const LEAST_ESTIMATE_MS = 2000
const CLEAR_LINE = '\r\u001b[K'

const NO_BAR: ProgressBar = { tell: () => {}, clear: () => {} }

/** Works with a bar; it is gone however the work ends. */
export async function withProgressBar<T>(
  flags: JsonFlag,
  work: (bar: ProgressBar) => Promise<T>,
  terminal: BarTerminal = process.stderr,
): Promise<T> {
  const bar = flags.json === true ? NO_BAR : createProgressBar(terminal, systemClock)
  try {
    return await work(bar)
  } finally {
    bar.clear()
  }
}

/** A bar that does nothing unless the stream is a terminal. */
export function createProgressBar(
  terminal: BarTerminal,
  clock: Pick<Clock, 'monotonicMs'>,
): ProgressBar {
  if (terminal.isTTY !== true) return NO_BAR
  let drawnMs = Number.NEGATIVE_INFINITY
  let isDrawn = false
  let since: { readonly unit: string; readonly ms: number } | undefined
  return {
    tell(work) {
      const nowMs = clock.monotonicMs()
      const isOther = since?.unit !== work.unit
      if (since === undefined || isOther) since = { unit: work.unit, ms: nowMs }
      // What begins is drawn at once: it may be the last that is told for a while.
      if (!isOther && nowMs - drawnMs < REDRAW_MS && work.done !== work.total) return
      drawnMs = nowMs
      isDrawn = true
      // Some terminals say that they have no column at all.
      const columns = terminal.columns || DEFAULT_COLUMNS
      terminal.write(`${CLEAR_LINE}${formatProgress(work, nowMs - since.ms, columns)}`)
    },
    clear() {
      if (isDrawn) terminal.write(CLEAR_LINE)
      isDrawn = false
      drawnMs = Number.NEGATIVE_INFINITY
    },
  }
}

/** @param elapsedMs Since this work began. @param columns The line is shorter than that, so that it never wraps. */
export function formatProgress(work: WorkDone, elapsedMs: number, columns: number): string {
  const { done, total, unit } = work
  const count = (value: number): string => Math.floor(value).toLocaleString('en')
  if (total === undefined) return `${count(done)} ${unit}`.slice(0, columns - 1)
  const share = total > 0 ? Math.min(1, done / total) : 1
  const percent = `${Math.floor(share * 100)} %`.padStart(5)
  const text = ` ${percent}  ${count(done)} of ${count(total)} ${unit}${timeLeft(share, elapsedMs)}`
  const width = Math.min(LONGEST_BAR, columns - 1 - text.length - 2)
  if (width < SHORTEST_BAR) return text.trim().slice(0, columns - 1)
  const filled = Math.round(share * width)
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]${text}`
}

function timeLeft(share: number, elapsedMs: number): string {
  if (share === 0 || share === 1 || elapsedMs < LEAST_ESTIMATE_MS) return ''
  const seconds = Math.ceil((elapsedMs * (1 - share)) / share / 1000)
  const text = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
  return `, ${text} left`
}
