/** Where both ends of a line are traced, a capture still holds every message once. */
import type { TraceEvent } from '../../trace/trace.ts'

/** Messages whose other end has not been seen; the oldest are forgotten. */
export const MAX_WAITING = 4096

/** One end's view of a message, without its octets. */
export type EndEvent = Pick<
  TraceEvent,
  'point' | 'side' | 'from' | 'to' | 'message' | 'transactionId' | 'fields'
>

/** The same at both ends of a message. */
export function messageKey({ point, message, transactionId, fields }: EndEvent): string {
  return JSON.stringify([point, message, transactionId, fields])
}

/** @returns Whether an event is the first of its message. */
export function createSeenOnce(): (event: EndEvent) => boolean {
  const waiting = new Map<string, { readonly side: TraceEvent['side']; count: number }>()
  return (event) => {
    const key = messageKey(event)
    const other = waiting.get(key)
    if (other !== undefined && other.side !== event.side) {
      other.count -= 1
      if (other.count === 0) waiting.delete(key)
      return false
    }
    if (other !== undefined) other.count += 1
    else waiting.set(key, { side: event.side, count: 1 })
    const [oldest] = waiting.keys()
    if (waiting.size > MAX_WAITING && oldest !== undefined) waiting.delete(oldest)
    return true
  }
}
