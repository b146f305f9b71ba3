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
  /** How many are held. */
  readonly size: number
  /** How many of the shown ones have gone from the front so far. */
  readonly dropped: number
  clear(): void
}

/** Old ones are cut off in slices of this size, so that a stream costs no copy an event. */
const SLACK = 256

/** @param capacity Events that are held at least; up to 256 more for a moment. */
export function createEventLog(capacity: number = EVENTS_HELD): EventLog {
  let held: ConsoleEvent[] = []
  let shown: ConsoleEvent[] = []
  let filter = NO_FILTER
  let dropped = 0

  const cutOff = (): void => {
    if (held.length <= capacity + SLACK) return
    held = held.slice(held.length - capacity)
    const oldest = held[0]?.seq ?? 0
    const firstKept = shown.findIndex(({ seq }) => seq >= oldest)
    const gone = firstKept < 0 ? shown.length : firstKept
    dropped += gone
    shown = shown.slice(gone)
  }

  return {
    add(events) {
      for (const event of events) {
        if (event.seq <= (held.at(-1)?.seq ?? 0)) continue
        held.push(event)
        if (isShown(event, filter)) shown.push(event)
      }
      cutOff()
    },
    setFilter(next) {
      filter = next
      dropped = 0
      shown = held.filter((event) => isShown(event, filter))
    },
    get filter() {
      return filter
    },
    get shown() {
      return shown
    },
    get size() {
      return held.length
    },
    get dropped() {
      return dropped
    },
    clear() {
      held = []
      shown = []
      dropped = 0
    },
  }
}

/** Whether a filter lets an event through. */
export function isShown({ item }: ConsoleEvent, filter: EventFilter): boolean {
  const { text, point, entity, transactionId } = filter
  if (point !== '' && point !== (item.kind === 'note' ? 'note' : item.point)) return false
  if (entity !== '' && !entitiesOf(item).includes(entity)) return false
  if (transactionId !== '') {
    if (item.kind === 'note' || item.transactionId !== transactionId) return false
  }
  return text === '' || wordsOf(item).includes(text.toLowerCase())
}

/** Who takes part in an event: sender and receiver, or whose note it is. */
export function entitiesOf(item: ConsoleEvent['item']): readonly string[] {
  return item.kind === 'note' ? [item.entity] : [item.from, item.to]
}

function wordsOf(item: ConsoleEvent['item']): string {
  if (item.kind === 'note') return `${item.entity} ${item.text}`.toLowerCase()
  const { from, to, point, message, fields } = item
  const values = Object.entries(fields).map(([name, value]) => `${name}=${value}`)
  return [from, to, point, message, ...values].join(' ').toLowerCase()
}
