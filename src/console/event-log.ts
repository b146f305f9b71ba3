/** The events that the page holds: the newest so many, and those of them that the filter lets through. Design 11 */
import { type ConsoleEvent, EVENTS_HELD } from '../adapters/console/console-protocol.ts'

/** What is shown. An empty string is no condition. */
export interface EventFilter {
  /** Part of any word of the event, whatever its case. */
  readonly text: string
  /** Reference point, or `note`. */
  readonly point: string
  /** An entity at either end. */
  readonly entity: string
  /** All messages of one exchange. */
  readonly transactionId: string
}

/** Lets all through. */
export const NO_FILTER: EventFilter = { text: '', point: '', entity: '', transactionId: '' }

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
  let shown: ConsoleEvent[] = []
  let heldEntities = new Set<string>()
  let shownEntities = new Set<string>()
  let filter = NO_FILTER
  let lastSeq = 0
  let dropped = 0

  const cutOff = (): void => {
    if (held.length <= capacity + SLACK) return
    held = held.slice(held.length - capacity)
    const oldest = held[0]?.seq ?? 0
    const before = shown.length
    shown = shown.slice(firstFrom(shown, oldest))
    dropped += before - shown.length
    if (heldEntities.size > NAMES_KEPT) heldEntities = namesIn(held)
    if (shownEntities.size > NAMES_KEPT) shownEntities = namesIn(shown)
  }
  const addOne = (event: ConsoleEvent): void => {
    lastSeq = event.seq
    held.push(event)
    const names = entitiesOf(event.item)
    for (const name of names) heldEntities.add(name)
    if (!isShown(event, filter)) return
    shown.push(event)
    for (const name of names) shownEntities.add(name)
  }

  return {
    add(events) {
      for (const event of events) if (event.seq > lastSeq) addOne(event)
      cutOff()
    },
    setFilter(next) {
      filter = next
      dropped = 0
      shown = held.filter((event) => isShown(event, filter))
      shownEntities = namesIn(shown)
    },
    get filter() {
      return filter
    },
    get shown() {
      return shown
    },
    get shownEntities() {
      return shownEntities
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
      return dropped
    },
    clear() {
      held = []
      shown = []
      heldEntities = namesIn(held)
      shownEntities = namesIn(shown)
      lastSeq = dropped = 0
    },
  }
}

/** Whether a filter lets an event through. */
export function isShown(event: ConsoleEvent, filter: EventFilter): boolean {
  const { item } = event
  const { text, point, entity, transactionId } = filter
  if (point !== '' && point !== (item.kind === 'note' ? 'note' : item.point)) return false
  if (entity !== '' && !entitiesOf(item).includes(entity)) return false
  if (transactionId !== '') {
    if (item.kind === 'note' || item.transactionId !== transactionId) return false
  }
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
