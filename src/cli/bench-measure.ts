/**
 * Measuring, the same for every benchmark. All cases of a group are measured in turn, round by round, so
 * that whatever else the machine does falls on all of them, and their ratios hold on a busy one too.
 */
import type { Clock } from '../ports/clock.ts'

/** One thing to measure. */
export interface BenchCase {
  readonly name: string
  /** What bounds it, in one sentence. */
  readonly limit: string
  /** How many operations one `run` does; a batch does many. */
  readonly perRun: number
  readonly run: () => unknown
}

/** Cases that belong together; the first is the base that the others are compared with. */
export interface BenchGroup {
  readonly title: string
  readonly cases: readonly BenchCase[]
}

/** What came of one case. */
export interface BenchFigure {
  readonly name: string
  /** Operations a second: the median of the rounds. */
  readonly perSecond: number
  /** Microseconds of one operation. */
  readonly microseconds: number
  /** Its cost in operations of the base. */
  readonly ratio: number
  readonly limit: string
}

/** What came of one group, in the order of its cases. */
export interface BenchResult {
  readonly title: string
  readonly figures: readonly BenchFigure[]
}

const ROUNDS = 10
/** Reading the clock for every run would be seen beside the cheapest of them. */
const RUNS_PER_LOOK = 16

/**
 * Runs each case for about `seconds`, after a round of warm-up that does not count.
 *
 * @param clock Its monotonic side, in milliseconds.
 * @param tell Told after each round of a case, of `roundsOf(group)`.
 */
export async function measureGroup(
  group: BenchGroup,
  seconds: number,
  clock: Pick<Clock, 'monotonicMs'>,
  tell: () => void = () => {},
): Promise<BenchResult> {
  const roundMs = (seconds * 1000) / ROUNDS
  const rates = group.cases.map((): number[] => [])
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [n, benchCase] of group.cases.entries()) {
      const rate = await measureRound(benchCase, roundMs, clock)
      if (round > 0) rates[n]?.push(rate)
      tell()
    }
  }
  return { title: group.title, figures: figuresOf(group.cases, rates.map(median)) }
}

/** How many rounds a group takes, each of about a tenth of its seconds. */
export function roundsOf({ cases }: BenchGroup): number {
  return cases.length * (ROUNDS + 1)
}

/** Operations a second of one round. */
async function measureRound(
  { run, perRun }: BenchCase,
  roundMs: number,
  clock: Pick<Clock, 'monotonicMs'>,
): Promise<number> {
  const startMs = clock.monotonicMs()
  let runs = 0
  let elapsedMs = 0
  while (elapsedMs < roundMs) {
    for (let n = 0; n < RUNS_PER_LOOK; n++) {
      const result = run()
      if (result instanceof Promise) await result
    }
    runs += RUNS_PER_LOOK
    elapsedMs = clock.monotonicMs() - startMs
  }
  return (runs * perRun * 1000) / elapsedMs
}

function figuresOf(cases: readonly BenchCase[], rates: readonly number[]): readonly BenchFigure[] {
  const [baseRate = Number.NaN] = rates
  return cases.map(({ name, limit }, n) => {
    const perSecond = rates[n] as number
    return { name, perSecond, microseconds: 1e6 / perSecond, ratio: baseRate / perSecond, limit }
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
