/** Load in a closed loop: so many requests in flight, each followed by the next, with their waiting times. */
import type { Clock } from '../ports/clock.ts'

/** One load. */
export interface Load {
  readonly inFlight: number
  readonly seconds: number
  /** One operation, from the request to the answer. Rejects if it failed: then the figure is none. */
  readonly once: () => Promise<unknown>
}

/** What came of it. */
export interface LoadFigure {
  readonly inFlight: number
  readonly perSecond: number
  /** Milliseconds that half of all, and 99 of 100, were answered within. */
  readonly p50: number
  readonly p99: number
}

/** Of the time, what is not measured at the start. */
const WARM_UP = 0.25

/** @throws What an operation throws. */
export async function measureLoad(
  { inFlight, seconds, once }: Load,
  clock: Pick<Clock, 'monotonicMs'>,
): Promise<LoadFigure> {
  const startMs = clock.monotonicMs()
  const fromMs = startMs + seconds * 1000 * WARM_UP
  const untilMs = fromMs + seconds * 1000
  const waits: number[] = []
  const worker = async (): Promise<void> => {
    for (let sentMs = clock.monotonicMs(); sentMs < untilMs; ) {
      await once()
      const nowMs = clock.monotonicMs()
      if (sentMs >= fromMs && nowMs < untilMs) waits.push(nowMs - sentMs)
      sentMs = nowMs
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  waits.sort((a, b) => a - b)
  return {
    inFlight,
    perSecond: waits.length / seconds,
    p50: quantile(waits, 0.5),
    p99: quantile(waits, 0.99),
  }
}

/** @param sorted Ascending. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
