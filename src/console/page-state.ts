/** All that the page shows, as signals: components read them, the stream and the buttons write them. */
import { computed, signal } from '@preact/signals'
import type {
  ConsoleActionResult,
  ConsoleEvent,
  ConsoleHello,
  ConsoleState,
} from '../adapters/console/console-protocol.ts'
import { createEventLog, type EventFilter, entitiesOf, NO_FILTER } from './event-log.ts'
import { orderLanes } from './lanes.ts'
import { createRateMeter } from './rate-meter.ts'

/** How the page stands to its server. */
export type Connection = 'connecting' | 'open' | 'lost' | 'login-needed'

/** What an action is up to, or what came of it. */
export type ActionReport =
  | { readonly kind: 'running'; readonly name: string; readonly label: string }
  | { readonly kind: 'ended'; readonly label: string; readonly result: ConsoleActionResult }

/** Everything that the page shows. */
export type PageState = ReturnType<typeof createPageState>

/** An empty page. */
export function createPageState() {
  const log = createEventLog()
  const meter = createRateMeter()
  const seen = new Set<string>()
  /** Rises when the log has changed: what is drawn from the log reads it first. */
  const logVersion = signal(0)
  const lanes = signal<readonly string[]>([])
  const clockOffsetMs = signal(0)
  const nowMs = signal(0)
  const state = signal<ConsoleState>({ atMs: 0, tables: [], health: [] })
  return {
    connection: signal<Connection>('connecting'),
    hello: signal<ConsoleHello | undefined>(undefined),
    state,
    log,
    logVersion,
    lanes,
    meter,
    /** The server's clock, UTC milliseconds, ticking once a second. */
    nowMs,
    filter: signal<EventFilter>(NO_FILTER),
    selected: signal<ConsoleEvent | undefined>(undefined),
    report: signal<ActionReport | undefined>(undefined),
    /** Whether the log should not move while it is read. */
    isPaused: signal(false),
    /** Changes once a second, not with every message. */
    rates: computed(() => meter.series(nowMs.value)),

    addEvents(events: readonly ConsoleEvent[]): void {
      log.add(events)
      meter.add(events)
      const before = seen.size
      for (const { item } of events) for (const name of entitiesOf(item)) seen.add(name)
      if (seen.size > before) lanes.value = orderLanes(seen)
      logVersion.value += 1
    },
    setState(next: ConsoleState): void {
      clockOffsetMs.value = next.atMs - Date.now()
      state.value = next
    },
    tick(): void {
      nowMs.value = Date.now() + clockOffsetMs.value
    },
    setFilter(change: Partial<EventFilter>): void {
      this.filter.value = { ...this.filter.value, ...change }
      log.setFilter(this.filter.value)
      logVersion.value += 1
    },
  }
}
