/** Trace events as JSON lines, octets in hexadecimal: what `cpns trace` reads. Design 11 */
import { toHex } from '../../octets/octets.ts'
import type { Trace, TraceEvent, TraceItem, TraceWire, WireWish } from '../../trace/trace.ts'

/** One event of a trace file. */
export type TraceLine =
  | Exclude<TraceItem, TraceEvent>
  | (Omit<TraceEvent, 'wire'> & {
      readonly protocol?: TraceWire['protocol']
      /** Hexadecimal; without secrets, unless the lab revealed them. */
      readonly octets?: string
    })

/** @param write Takes one line without its line end; must not throw. */
export function createTraceLines(wish: WireWish, write: (line: string) => void): Trace {
  return (item) => write(JSON.stringify(traceLineOf(item, wish)))
}

/** An event with its octets in place of the function that makes them. */
export function traceLineOf(item: TraceItem, wish: WireWish): TraceLine {
  if (item.kind !== 'message') return item
  const { wire, ...shown } = item
  if (wire === undefined) return shown
  const { protocol, octets } = wire(wish)
  return { ...shown, protocol, octets: toHex(octets) }
}
