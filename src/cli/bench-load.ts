/** Load in a closed loop: so many requests in flight, each followed by the next, with their waiting times. */
import type { Clock } from '../ports/clock.ts'

/** One load. */
export interface Load {
  readonly inFlight: number
  readonly seconds: number
  /** One operation, from the request to the answer. Rejects if it failed: then the figure is none. */
  readonly once: () => Promise<unknown>
  /** Microseconds of processor time that each process has used since its start, all threads of it. */
  readonly cpu?: () => Promise<readonly number[]>
}

/** How loads are measured one after the other. */
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

/** Of the time, what is not measured at the start. */
const WARM_UP = 0.25

/** @throws What an operation throws. */
export async function measureLoad(
  { inFlight, seconds, once, cpu = async () => [] }: Load,
  clock: Pick<Clock, 'monotonicMs'>,
): Promise<LoadFigure> {
  /** Milliseconds that each operation took, and all of them together. */
  const run = async (forMs: number) => {
    const startMs = clock.monotonicMs()
    const waits: number[] = []
    const worker = async (): Promise<void> => {
      for (let sentMs = startMs; sentMs < startMs + forMs; ) {
        await once()
        const nowMs = clock.monotonicMs()
        waits.push(nowMs - sentMs)
        sentMs = nowMs
      }
    }
    await Promise.all(Array.from({ length: inFlight }, worker))
    return { waits, tookMs: clock.monotonicMs() - startMs }
  }
  await run(seconds * 1000 * WARM_UP)
  const before = await cpu()
  const { waits, tookMs } = await run(seconds * 1000)
  const after = await cpu()
  waits.sort((a, b) => a - b)
  return {
    inFlight,
    perSecond: (waits.length * 1000) / tookMs,
    p50: quantile(waits, 0.5),
    p99: quantile(waits, 0.99),
    cpu: after.map((micros, n) => (micros - (before[n] ?? 0)) / waits.length),
  }
}

/** @param sorted Ascending. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
