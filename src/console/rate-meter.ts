/** Messages a second of each reference point over the last minute, for the small charts. */
import type { ConsoleEvent } from '../adapters/console/console-protocol.ts'

/** Seconds that a chart shows. */
export const CHART_SECONDS = 60

/** Counts by second of the server's clock. */
export interface RateMeter {
  add(events: readonly ConsoleEvent[]): void
  /**
   * @returns Points that ever had a message, so that charts do not come and go; each with 60 counts, the
   *   oldest first.
   */
  series(nowMs: number): readonly { readonly point: string; readonly counts: readonly number[] }[]
}

/** An empty meter. */
export function createRateMeter(): RateMeter {
  const bySecond = new Map<number, Map<string, number>>()
  const points = new Set<string>()
  return {
    add(events) {
      for (const { item } of events) {
        if (item.kind === 'note') continue
        points.add(item.point)
        const second = Math.floor(item.atMs / 1000)
        const counts = bySecond.get(second) ?? new Map<string, number>()
        counts.set(item.point, (counts.get(item.point) ?? 0) + 1)
        bySecond.set(second, counts)
      }
    },
    series(nowMs) {
      const now = Math.floor(nowMs / 1000)
      for (const second of bySecond.keys()) {
        // A second that is far ahead is of a clock that was set.
        if (Math.abs(now - second) >= CHART_SECONDS) bySecond.delete(second)
      }
      return [...points].sort().map((point) => ({
        point,
        counts: Array.from(
          { length: CHART_SECONDS },
          (_, n) => bySecond.get(now - CHART_SECONDS + 1 + n)?.get(point) ?? 0,
        ),
      }))
    },
  }
}
