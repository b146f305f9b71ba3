/** The newest traced events, numbered, for pages that come now and those that come back. Design 11 */
import { toHex } from '../../octets/octets.ts'
import type { Clock, Timer } from '../../ports/clock.ts'
import type { Trace, TraceItem } from '../../trace/trace.ts'
import { type ConsoleEvent, type ConsoleOctets, EVENTS_HELD } from './console-protocol.ts'

/** How a feed shows what it is given. */
export interface ConsoleFeedOptions {
  /** What is passed over, for instance the receiving end of a message whose sender is traced too. */
  readonly isShown?: (item: TraceItem) => boolean
  /** What an EntityID is called. Default: as it is. */
  readonly nameOf?: (entity: string) => string
  /** Events that are held. */
  readonly capacity?: number
}

/** Takes events, and gives them out in batches. */
export interface ConsoleFeed {
  readonly trace: Trace
  /** Number of the newest event; 0 before the first. */
  readonly lastSeq: number
  /** Events after a number, oldest first; those that have been let go are missing. */
  since(seq: number): readonly ConsoleEvent[]
  /** The octets of a message, without secrets; `undefined` if it has none or was let go. */
  octetsOf(seq: number): ConsoleOctets | undefined
  /** `take` is called soon after events came, once for all of them. @returns Ends it. */
  subscribe(take: () => void): () => void
  close(): void
}

/** Pages get what came within this time at once. */
const BATCH_MS = 100
const SLACK = 512

/** An empty feed. */
export function createConsoleFeed(
  options: ConsoleFeedOptions,
  clock: Pick<Clock, 'setTimer'>,
): ConsoleFeed {
  const { isShown = () => true, nameOf = (entity) => entity, capacity = EVENTS_HELD } = options
  let held: ConsoleEvent[] = []
  let lastSeq = 0
  let timer: Timer | undefined
  const takers = new Set<() => void>()

  const tell = (): void => {
    timer = undefined
    for (const take of takers) take()
  }

  const since = (seq: number): readonly ConsoleEvent[] => {
    const first = held[0]?.seq ?? lastSeq + 1
    return held.slice(Math.max(0, seq + 1 - first))
  }

  return {
    trace(item) {
      if (!isShown(item)) return
      lastSeq += 1
      held.push({ seq: lastSeq, item: named(item, nameOf) })
      if (held.length > capacity + SLACK) held = held.slice(-capacity)
      if (takers.size > 0) timer ??= clock.setTimer(BATCH_MS, tell)
    },
    get lastSeq() {
      return lastSeq
    },
    since,
    octetsOf(seq) {
      const [event] = since(seq - 1)
      if (event?.seq !== seq || event.item.kind === 'note') return undefined
      const wire = event.item.wire?.({ reveal: false })
      return wire && { protocol: wire.protocol, hex: toHex(wire.octets) }
    },
    subscribe(take) {
      takers.add(take)
      return () => takers.delete(take)
    },
    close() {
      timer?.cancel()
      takers.clear()
    },
  }
}

function named(item: TraceItem, nameOf: (entity: string) => string): TraceItem {
  return item.kind === 'note'
    ? { ...item, entity: nameOf(item.entity) }
    : { ...item, from: nameOf(item.from), to: nameOf(item.to) }
}
