/**
 * How many challenges one user and one address may have in a minute: each costs the HSS a vector and an SQN,
 * and anybody can ask in the name of anybody. TS 33.220 leaves that to the operator.
 */
import { addressGroup } from '../identity/address-group.ts'
import type { Clock } from '../ports/clock.ts'

/** Challenges within a minute. */
export interface ChallengeLimitOptions {
  readonly perImpi: number
  readonly perAddress: number
}

/** Counts challenges. */
export interface ChallengeLimits {
  /** @returns Whether one more is within the limits; it counts only then. */
  admit(impi: string, address: string): boolean
}

const MINUTE_MS = 60_000
/** Users and addresses that are remembered; the oldest is forgotten first. */
const MOST_REMEMBERED = 100_000

/** @throws {RangeError} If a limit is not a positive whole number. */
export function createChallengeLimits(
  { perImpi, perAddress }: ChallengeLimitOptions,
  clock: Pick<Clock, 'monotonicMs'>,
): ChallengeLimits {
  for (const limit of [perImpi, perAddress]) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError('a limit is a positive number')
  }
  const users = createWindows(perImpi, clock)
  const addresses = createWindows(perAddress, clock)
  return {
    admit(impi, asker) {
      const address = addressGroup(asker)
      if (!addresses.hasRoom(address) || !users.hasRoom(impi)) return false
      addresses.count(address)
      users.count(impi)
      return true
    },
  }
}

/** A minute for each name, which starts with its first challenge. */
function createWindows(limit: number, clock: Pick<Clock, 'monotonicMs'>) {
  const windows = new Map<string, { readonly sinceMs: number; count: number }>()
  const current = (name: string) => {
    const window = windows.get(name)
    const isOver = window === undefined || clock.monotonicMs() - window.sinceMs >= MINUTE_MS
    return isOver ? undefined : window
  }
  return {
    hasRoom: (name: string): boolean => (current(name)?.count ?? 0) < limit,
    count(name: string): void {
      const window = current(name)
      if (window !== undefined) {
        window.count += 1
        return
      }
      windows.delete(name)
      windows.set(name, { sinceMs: clock.monotonicMs(), count: 1 })
      const [oldest] = windows.keys()
      if (windows.size > MOST_REMEMBERED && oldest !== undefined) windows.delete(oldest)
    },
  }
}
