/** The numbers and names that tie Diameter messages together. RFC 6733 3, 8.8 */
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'

/** What the identifiers of a node are made from. */
export interface IdentifierPorts {
  readonly clock: Clock
  readonly random: Random
}

/** The identifiers of one node, from one start to the next. */
export interface NodeIdentifiers {
  /** Origin-State-Id: seconds since 1970 at the start. RFC 6733 8.16 */
  readonly originStateId: number
  /** End-to-End Identifier: the time in 12 bits, then 20 bits that count from a random start. RFC 6733 3 */
  nextEndToEnd(): number
  /** Session-Id: `host;high;low`, unique for ever by the time of the start. RFC 6733 8.8 */
  nextSessionId(): string
}

/** @param originHost Name of the node, for its Session-Ids. */
export function createNodeIdentifiers(
  originHost: string,
  { clock, random }: IdentifierPorts,
): NodeIdentifiers {
  const originStateId = Math.floor(clock.nowMs() / 1000) >>> 0
  const nextLow = createCounter(random)
  const nextCount = createCounter(random)
  return {
    originStateId,
    nextEndToEnd() {
      const seconds = Math.floor(clock.nowMs() / 1000)
      return (((seconds & 0xfff) << 20) | (nextCount() & 0xfffff)) >>> 0
    },
    nextSessionId: () => `${originHost};${originStateId};${nextLow()}`,
  }
}

/** Counts in 32 bits from a random start, as Hop-by-Hop Identifiers do. RFC 6733 3 */
export function createCounter(random: Random): () => number {
  const octets = random.octets(4)
  let next = new DataView(octets.buffer, octets.byteOffset).getUint32(0)
  return () => {
    const value = next
    next = (next + 1) >>> 0
    return value
  }
}
