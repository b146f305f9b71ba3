/** Addresses that fail to prove who they are have to wait. */
import { addressGroup } from '../../identity/address-group.ts'
import type { Clock } from '../../ports/clock.ts'
import { Problem } from './problem.ts'

/** Failed attempts of one address within a minute, after which it has to wait. */
const MOST_FAILURES = 20
const MINUTE_MS = 60_000
/** Addresses that are remembered; the oldest is forgotten first. */
const MOST_ADDRESSES = 10_000

/** Counts failures of each address. */
export interface FailureLimit {
  /** @throws {Problem} 429 with the seconds until the minute of the address is over, if it has to wait. */
  assertMayTry(address: string): void
  count(address: string): void
}

/** Keys are random, so that guessing is hopeless; the limit keeps it from costing anything. */
export function createFailureLimit(clock: Pick<Clock, 'monotonicMs'>): FailureLimit {
  const failures = new Map<string, { count: number; readonly sinceMs: number }>()

  const failuresOf = (address: string): { count: number; readonly sinceMs: number } => {
    const nowMs = clock.monotonicMs()
    const former = failures.get(address)
    if (former !== undefined && nowMs - former.sinceMs < MINUTE_MS) return former
    const fresh = { count: 0, sinceMs: nowMs }
    failures.delete(address)
    return fresh
  }

  return {
    assertMayTry(address) {
      const { count, sinceMs } = failuresOf(addressGroup(address))
      if (count < MOST_FAILURES) return
      const leftMs = sinceMs + MINUTE_MS - clock.monotonicMs()
      throw new Problem(429, undefined, Math.ceil(leftMs / 1000))
    },
    count(asker) {
      const address = addressGroup(asker)
      const entry = failuresOf(address)
      entry.count += 1
      failures.set(address, entry)
      const [oldest] = failures.keys()
      if (failures.size > MOST_ADDRESSES && oldest !== undefined) failures.delete(oldest)
    },
  }
}

/** The bearer of an `Authorization` header, or `undefined`. RFC 6750 2.1 */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
}
