/** All that the page shows, as signals: components read them, the stream and the buttons write them. */
import { computed, signal } from '@preact/signals'
import type {
  ConsoleActionResult,
  ConsoleEvent,
  ConsoleHello,
  ConsoleState,
} from '../adapters/console/console-protocol.ts'
import { createEventLog, type EventFilter, NO_FILTER } from './event-log.ts'
import { createHealthHistory } from './health-history.ts'
import { orderLanes } from './lanes.ts'
import { createRateMeter } from './rate-meter.ts'
import { createRoles, type Roles } from './roles.ts'

/** How the page stands to its server. */
export type Connection = 'connecting' | 'open' | 'lost' | 'login-needed'

/** What an action is up to, or what came of it. */
export type ActionReport =
  | { readonly kind: 'running'; readonly name: string; readonly label: string }
  | { readonly kind: 'ended'; readonly label: string; readonly result: ConsoleActionResult }

/** Everything that the page shows. */
export type PageState = ReturnType<typeof createPageState>

const NOTHING: ConsoleState = { atMs: 0, tables: [], health: [] }

/** What changes by itself or by what is pressed, and nothing is made from. */
function createSignals() {
  return {
    connection: signal<Connection>('connecting'),
    /** What a person should know of the line to the server; stays until there is something newer. */
    notice: signal(''),
    hello: signal<ConsoleHello | undefined>(undefined),
    state: signal<ConsoleState>(NOTHING),
    /** Rises when the log has changed: what is drawn from the log reads it first. */
    logVersion: signal(0),
    /** Who takes part in what the filter lets through. */
    lanes: signal<readonly string[]>([]),
    /** Who takes part in anything that is held. */
    heldNames: signal<readonly string[]>([]),
    /** The server's clock, UTC milliseconds, ticking once a second. */
    nowMs: signal(0),
    filter: signal<EventFilter>(NO_FILTER),
    selected: signal<ConsoleEvent | undefined>(undefined),
    report: signal<ActionReport | undefined>(undefined),
    /** Whether the log should not move while it is read. */
    isPaused: signal(false),
    /** Whether the newest message is kept in sight. */
    isFollowing: signal(true),
    /** Events that wait until it may move again. */
    heldBack: signal(0),
    /** Events that made no sense and were passed over. */
    malformed: signal(0),
  }
}

/** An empty page. */
export function createPageState() {
  const log = createEventLog()
  const meter = createRateMeter()
  const history = createHealthHistory()
  const signals = createSignals()
  const { state, nowMs, filter, lanes, heldNames, logVersion } = signals
  const roles = createRoles()
  const shownNamesOf = createNames(roles)
  const heldNamesOf = createNames(roles)
  let clockOffsetMs = 0

  const noteLogChange = (): void => {
    lanes.value = shownNamesOf(log.shownEntities)
    heldNames.value = heldNamesOf(log.heldEntities)
    logVersion.value += 1
  }

  return {
    ...signals,
    log,
    meter,
    roleOf: roles.roleOf,
    /** Whether what is known here is as it is now, and not as it was when the line was lost. */
    isCurrent: computed(() => signals.connection.value === 'open'),
    /** Changes once a second, not with every message. */
    rates: computed(() => meter.series(nowMs.value)),
    /** Of each part over the last minute; changes as `rates` does. */
    healthHistory: computed(() => history.series(nowMs.value)),

    addEvents(events: readonly ConsoleEvent[]): void {
      log.add(events)
      roles.learnFrom(events)
      noteLogChange()
    },
    setState(next: ConsoleState): void {
      clockOffsetMs = next.atMs - Date.now()
      state.value = next
      const { version } = roles
      roles.learnFromTables(next.tables)
      if (roles.version !== version) noteLogChange()
    },
    tick(): void {
      const now = Date.now() + clockOffsetMs
      // Of the time without a line nothing is known.
      if (signals.connection.value === 'open') history.add(state.value.health, now)
      nowMs.value = now
    },
    setFilter(change: Partial<EventFilter>): void {
      filter.value = { ...filter.value, ...change }
      log.setFilter(filter.value)
      noteLogChange()
    },
    /** Numbers of events begin anew: none that is held is of any use. */
    forgetEvents(): void {
      log.clear()
      signals.selected.value = undefined
      signals.heldBack.value = 0
      noteLogChange()
    },
    /** Nothing of it is for who comes next. */
    forgetAll(): void {
      this.forgetEvents()
      signals.hello.value = undefined
      signals.report.value = undefined
      state.value = NOTHING
    },
  }
}

/** A server may see a hundred thousand entities; no screen has room for more columns than these. */
const MOST_NAMES = 100

/** Names in order; the same list as long as nobody came, went or took a role, so that nothing is drawn anew. */
function createNames(roles: Roles): (entities: ReadonlySet<string>) => readonly string[] {
  let former: { readonly entities: ReadonlySet<string>; readonly size: number } | undefined
  let version = -1
  let names: readonly string[] = []
  return (entities) => {
    const isKnown = former?.entities === entities && version === roles.version
    if (isKnown && (former?.size === entities.size || names.length === MOST_NAMES)) return names
    former = { entities, size: entities.size }
    version = roles.version
    const some: string[] = []
    for (const name of entities) if (some.push(name) === MOST_NAMES) break
    names = orderLanes(some, roles.roleOf)
    return names
  }
}
