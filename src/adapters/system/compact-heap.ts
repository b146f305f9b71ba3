/**
 * How far the heap may grow before it is collected. What lives for the length of one request is in the way of
 * two collections of the young generation when requests are many, and is moved to the old one; by default
 * that may grow to three times what is alive before somebody looks. Issue 5, half-open flood
 */
import { setFlagsFromString } from 'node:v8'

/** Over what was alive after the last collection. */
const GROWTH_PERCENT = 30

/** From now on the old generation of this process is collected when it has grown by a third. */
export function keepHeapCompact(): void {
  // Read by the engine at the end of each collection, so it may be changed while the program runs.
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
}
