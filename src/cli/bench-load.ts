/**
 * Load in a closed loop: so many requests in flight, each followed by the next, with their waiting times. Loads
 * that are compared take turns of a fraction of a second, so that what else the machine does falls on all of them.
 */
import type { Clock } from '../ports/clock.ts'

/** One load. */
export interface Load {
  readonly inFlight: number
  readonly seconds: number
  /** One operation, from the request to the answer. Rejects if it failed: then the figure is none. */
  readonly once: () => Promise<unknown>
  /** Microseconds of processor time that each process has used since its start, all threads of it. */
  readonly cpu?: () => Promise<readonly number[]>
  /** How many have come to their end since the start, where that is not to be answered. */
  readonly arrived?: () => Promise<number>
}

/** How loads are measured. */
export interface LoadRun {
  /** Of each figure. */
  readonly seconds: number
  /** Told after each figure, that of a baseline too. */
  readonly tell?: () => void
}

/** What came of it. */
export interface LoadFigure {
  readonly inFlight: number
  readonly perSecond: number
  /** Milliseconds that half of all, and 99 of 100, were answered within. */
  readonly p50: number
  readonly p99: number
  /** Microseconds of processor time an operation, a number for each process that `Load.cpu` tells of. */
  readonly cpu: readonly number[]
}

/** Of the time, what is not measured at the start of all. */
const WARM_UP = 0.25
/** Turns of each load. */
const TURNS = 8
/** Of a turn, what is not measured at its start: until as many are in flight as shall be. */
const LEAD_IN = 0.2

type Monotonic = Pick<Clock, 'monotonicMs'>

/** What one load has come to so far. */
interface Sums {
  /** Milliseconds that each operation took that was answered while it was measured. */
  readonly waits: readonly number[]
  readonly measuredMs: number
  /** That came to their end meanwhile. */
  readonly counted: number
  /** All, and their processor time: also of those that are not measured. */
  readonly operations: number
  readonly cpu: readonly number[]
}

/** One load alone. @throws What an operation throws. */
export async function measureLoad(load: Load, clock: Monotonic): Promise<LoadFigure> {
  const [figure] = await measureInTurn([load], clock)
  return figure
}

/** A figure for each load, in the same order. */
type FiguresOf<Loads extends readonly Load[]> = { [Place in keyof Loads]: LoadFigure }

/**
 * Several loads, turn by turn.
 *
 * @param tell As `LoadRun.tell`.
 * @returns Their figures in the same order.
 * @throws What an operation throws.
 */
export async function measureInTurn<const Loads extends readonly Load[]>(
  loads: Loads,
  clock: Monotonic,
  tell: () => void = () => {},
): Promise<FiguresOf<Loads>> {
  for (const load of loads) await runTurn(load, load.seconds * 1000 * WARM_UP, clock)
  const sums = loads.map(nothingYet)
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [n, load] of loads.entries()) {
      const came = await runTurn(load, (load.seconds * 1000) / TURNS, clock)
      sums[n] = together(sums[n] as Sums, came)
      if (turn === TURNS - 1) tell()
    }
  }
  return loads.map(({ inFlight }, n) => figureOf(inFlight, sums[n] as Sums)) as FiguresOf<Loads>
}

/** Answers that come after `forMs` are waited for, but not measured. */
async function runTurn(load: Load, forMs: number, clock: Monotonic): Promise<Sums> {
  const { inFlight, once, cpu = async () => [], arrived } = load
  const before = await cpu()
  const startMs = clock.monotonicMs()
  const fromMs = startMs + forMs * LEAD_IN
  const untilMs = fromMs + forMs
  const waits: number[] = []
  let operations = 0
  const worker = async (): Promise<void> => {
    for (let sentMs = startMs; sentMs < untilMs; ) {
      await once()
      const nowMs = clock.monotonicMs()
      operations += 1
      if (nowMs >= fromMs && nowMs < untilMs) waits.push(nowMs - sentMs)
      sentMs = nowMs
    }
  }
  const [counting] = await Promise.all([
    arrived && countArrived(arrived, { fromMs, untilMs }, clock),
    ...Array.from({ length: inFlight }, worker),
  ])
  const { counted, measuredMs } = counting ?? { counted: waits.length, measuredMs: forMs }
  const after = await cpu()
  return {
    waits,
    measuredMs,
    counted,
    operations,
    cpu: after.map((micros, n) => micros - (before[n] ?? 0)),
  }
}

async function countArrived(
  arrived: () => Promise<number>,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
  clock: Monotonic,
): Promise<Pick<Sums, 'counted' | 'measuredMs'>> {
  const look = async (atMs: number) => {
    await new Promise((resolve) => setTimeout(resolve, atMs - clock.monotonicMs()))
    const count = await arrived()
    return { count, seenMs: clock.monotonicMs() }
  }
  const first = await look(fromMs)
  const last = await look(untilMs)
  return { counted: last.count - first.count, measuredMs: last.seenMs - first.seenMs }
}

function nothingYet(): Sums {
  return { waits: [], measuredMs: 0, counted: 0, operations: 0, cpu: [] }
}

function together(sums: Sums, came: Sums): Sums {
  return {
    waits: sums.waits.concat(came.waits),
    measuredMs: sums.measuredMs + came.measuredMs,
    counted: sums.counted + came.counted,
    operations: sums.operations + came.operations,
    cpu: came.cpu.map((micros, n) => micros + (sums.cpu[n] ?? 0)),
  }
}

function figureOf(inFlight: number, sums: Sums): LoadFigure {
  const waits = sums.waits.toSorted((a, b) => a - b)
  return {
    inFlight,
    perSecond: (sums.counted * 1000) / sums.measuredMs,
    p50: quantile(waits, 0.5),
    p99: quantile(waits, 0.99),
    cpu: sums.cpu.map((micros) => micros / sums.operations),
  }
}

/** @param sorted Ascending. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
