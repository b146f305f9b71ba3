/** How each part was in every second of the last minute, for the small charts. Design 11 */
import type { ConsoleHealth } from '../adapters/console/console-protocol.ts'
import { CHART_SECONDS } from './rate-meter.ts'

/** `unknown` is a second that the page did not see. */
export type HealthSecond = 'well' | 'ill' | 'unknown'

/** One part. */
export interface HealthSeries {
  readonly name: string
  /** As it is now. */
  readonly isWell: boolean
  readonly detail: string
  /** 60 of them, the oldest first. */
  readonly seconds: readonly HealthSecond[]
}

/** Health by second of the server's clock. */
export interface HealthHistory {
  add(health: readonly ConsoleHealth[], nowMs: number): void
  /** The parts that were told of last. */
  series(nowMs: number): readonly HealthSeries[]
}

/** An empty history. */
export function createHealthHistory(): HealthHistory {
  let latest: readonly ConsoleHealth[] = []
  let bySecond = new Map<number, readonly ConsoleHealth[]>()
  const secondOf = (atMs: number): number => Math.floor(atMs / 1000)
  return {
    add(health, nowMs) {
      const now = secondOf(nowMs)
      latest = health
      bySecond.set(now, health)
      if (bySecond.size <= 2 * CHART_SECONDS) return
      bySecond = new Map([...bySecond].filter(([at]) => Math.abs(now - at) <= CHART_SECONDS))
    },
    series(nowMs) {
      const first = secondOf(nowMs) - CHART_SECONDS + 1
      return latest.map((part) => ({
        ...part,
        seconds: Array.from({ length: CHART_SECONDS }, (_, n) => {
          const then = bySecond.get(first + n)?.find(({ name }) => name === part.name)
          if (then === undefined) return 'unknown'
          return then.isWell ? 'well' : 'ill'
        }),
      }))
    },
  }
}
