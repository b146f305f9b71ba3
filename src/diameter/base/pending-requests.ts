/** The requests of one connection that wait for their answers. RFC 6733 3, 5.5.4 */
import type { Clock, Timer } from '../../ports/clock.ts'
import type { DiameterMessage } from './message.ts'

/** What became of a request. */
export type RequestOutcome =
  | { readonly outcome: 'answered'; readonly message: DiameterMessage }
  /** The connection failed first; the peer may have served it or not. */
  | { readonly outcome: 'lost' }
  | { readonly outcome: 'timeout' }

/** Requests by their Hop-by-Hop Identifiers. */
export interface PendingRequests {
  /** How many wait. */
  readonly size: number
  /** Resolves once, whatever happens. @throws {RangeError} If the identifier is in use. */
  add(hopByHop: number, timeoutMs: number): Promise<RequestOutcome>
  /** Gives an answer to its request. @returns Whether there was one. */
  settle(message: DiameterMessage): boolean
  /** The connection has failed: all are `lost`. */
  loseAll(): void
}

/** The table of one connection. */
export function createPendingRequests(clock: Clock): PendingRequests {
  const waiting = new Map<number, (outcome: RequestOutcome) => void>()
  return {
    get size() {
      return waiting.size
    },
    add(hopByHop, timeoutMs) {
      if (waiting.has(hopByHop)) throw new RangeError('a Hop-by-Hop Identifier in use')
      return new Promise((resolve) => {
        const finish = (outcome: RequestOutcome): void => {
          timer.cancel()
          waiting.delete(hopByHop)
          resolve(outcome)
        }
        const timer: Timer = clock.setTimer(timeoutMs, () => finish({ outcome: 'timeout' }))
        waiting.set(hopByHop, finish)
      })
    },
    settle(message) {
      const finish = waiting.get(message.hopByHop)
      finish?.({ outcome: 'answered', message })
      return finish !== undefined
    },
    loseAll() {
      for (const finish of waiting.values()) finish({ outcome: 'lost' })
    },
  }
}
