/** The events that the page holds: the newest so many, and those of them that the filter lets through. Design 11 */
import { type ConsoleEvent, EVENTS_HELD } from '../adapters/console/console-protocol.ts'
import { createExchanges, type Exchanges } from './exchanges.ts'

/** What is shown. An empty string is no condition. */
export interface EventFilter {
  /** Part of any word of the event, whatever its case. */
  readonly text: string
  /** Reference point, or `note`. */
  readonly point: string
  /** An entity at either end. */
  readonly entity: string
  /** Number of a message: those of its exchange. 0 is no condition. */
  readonly exchange: number
}

/** Lets all through. */
export const NO_FILTER: EventFilter = { text: '', point: '', entity: '', exchange: 0 }

/** Held events. */
export interface EventLog {
  /** Later events have higher numbers; one that is held already is passed over. */
  add(events: readonly ConsoleEvent[]): void
  setFilter(filter: EventFilter): void
  readonly filter: EventFilter
  /** What the filter lets through, oldest first. */
  readonly shown: readonly ConsoleEvent[]
  /** Who takes part in what is shown, or did until a moment ago. */
  readonly shownEntities: ReadonlySet<string>
  /** Who takes part in what is held, or did until a moment ago. */
  readonly heldEntities: ReadonlySet<string>
  /** How many are held. */
  readonly size: number
  /** Number of the newest event that was added; 0 before the first. */
  readonly lastSeq: number
  /** How many of the shown ones have gone from the front so far. */
  readonly dropped: number
  clear(): void
}

/** Old ones are cut off in slices of this size, so that a stream costs no copy an event. */
const SLACK = 256
/** So many names stay although their events have gone, so that columns do not come and go. */
const NAMES_KEPT = 64

/** @param capacity Events that are held at least; up to 256 more for a moment. */
export function createEventLog(capacity: number = EVENTS_HELD): EventLog {
  let held: ConsoleEvent[] = []
  let heldEntities = new Set<string>()
  let filter = NO_FILTER
  let exchanges = createExchanges()
  let lastSeq = 0
  const shown = createShown()

  const filterAll = (): void => shown.set(held.filter((event) => isShown(event, filter, exchanges)))
  const cutOff = (): void => {
    if (held.length <= capacity + SLACK) return
    held = held.slice(held.length - capacity)
    const oldest = held[0]?.seq ?? 0
    shown.cutTo(oldest)
    exchanges.forgetBefore(oldest)
    if (heldEntities.size > NAMES_KEPT) heldEntities = namesIn(held)
  }
  const addOne = (event: ConsoleEvent): void => {
    lastSeq = event.seq
    held.push(event)
    exchanges.add(event)
    for (const name of entitiesOf(event.item)) heldEntities.add(name)
    if (isShown(event, filter, exchanges)) shown.add(event)
  }

  return {
    add(events) {
      const { joined } = exchanges
      for (const event of events) if (event.seq > lastSeq) addOne(event)
      // What came may show that something earlier belongs to the exchange.
      if (filter.exchange !== 0 && exchanges.joined !== joined) filterAll()
      cutOff()
    },
    setFilter(next) {
      filter = next
      filterAll()
    },
    get filter() {
      return filter
    },
    get shown() {
      return shown.events
    },
    get shownEntities() {
      return shown.entities
    },
    get heldEntities() {
      return heldEntities
    },
    get size() {
      return held.length
    },
    get lastSeq() {
      return lastSeq
    },
    get dropped() {
      return shown.dropped
    },
    clear() {
      held = []
      heldEntities = namesIn(held)
      exchanges = createExchanges()
      lastSeq = 0
      shown.set([])
    },
  }
}

/** What the filter lets through, and who takes part in it. */
function createShown() {
  let events: ConsoleEvent[] = []
  let entities = new Set<string>()
  let dropped = 0
  return {
    add(event: ConsoleEvent): void {
      events.push(event)
      for (const name of entitiesOf(event.item)) entities.add(name)
    },
    set(all: ConsoleEvent[]): void {
      events = all
      entities = namesIn(all)
      dropped = 0
    },
    /** @param oldest Number of the first event that stays. */
    cutTo(oldest: number): void {
      const place = firstFrom(events, oldest)
      events = events.slice(place)
      dropped += place
      if (entities.size > NAMES_KEPT) entities = namesIn(events)
    },
    get events(): readonly ConsoleEvent[] {
      return events
    },
    get entities(): ReadonlySet<string> {
      return entities
    },
    get dropped() {
      return dropped
    },
  }
}

/** Whether a filter lets an event through. */
function isShown(event: ConsoleEvent, filter: EventFilter, exchanges: Exchanges): boolean {
  const { item } = event
  const { text, point, entity, exchange } = filter
  if (point !== '' && point !== (item.kind === 'note' ? 'note' : item.point)) return false
  if (entity !== '' && !entitiesOf(item).includes(entity)) return false
  if (exchange !== 0 && !exchanges.isSame(event.seq, exchange)) return false
  return text === '' || wordsOf(event).includes(text.toLowerCase())
}

/** Who takes part in an event: sender and receiver, or whose note it is. */
export function entitiesOf(item: ConsoleEvent['item']): readonly string[] {
  return item.kind === 'note' ? [item.entity] : [item.from, item.to]
}

/** Made when somebody searches, and kept for the next letter that is typed. */
const words = new WeakMap<ConsoleEvent, string>()

function wordsOf(event: ConsoleEvent): string {
  const known = words.get(event)
  if (known !== undefined) return known
  const made = textOf(event.item).toLowerCase()
  words.set(event, made)
  return made
}

function textOf(item: ConsoleEvent['item']): string {
  if (item.kind === 'note') return `${item.entity} ${item.text}`
  const { from, to, point, message, fields } = item
  const values = Object.entries(fields).map(([name, value]) => `${name}=${value}`)
  return [from, to, point, message, ...values].join(' ')
}

/** Place of the first event that is not older. */
function firstFrom(events: readonly ConsoleEvent[], oldest: number): number {
  const place = events.findIndex(({ seq }) => seq >= oldest)
  return place < 0 ? events.length : place
}

function namesIn(events: readonly ConsoleEvent[]): Set<string> {
  return new Set(events.flatMap(({ item }) => entitiesOf(item)))
}
