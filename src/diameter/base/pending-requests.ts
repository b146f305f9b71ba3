/**
 * The requests of one connection that wait for their answers. RFC 6733 3, 5.5.4
 *
 * An answer is found by its Hop-by-Hop Identifier, and is one only if the rest of its header fits too. Command-Code
 * and Application-Id say by which rules it is read. The End-to-End Identifier has to match as well: who makes the answer
 * has to copy it, and no agent on the way may change it (RFC 6733 3, 6.2), so one with another is the answer to another
 * request, of a relay that mixed up its table: perhaps with the keys of another user.
 */
import type { Clock, Timer } from '../../ports/clock.ts'
import type { DiameterMessage } from './message.ts'

/** What of a request its answer has too. RFC 6733 3, 6.2 */
export type AskedHeader = Pick<
  DiameterMessage,
  'hopByHop' | 'endToEnd' | 'commandCode' | 'applicationId'
>

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
  add(request: AskedHeader, timeoutMs: number): Promise<RequestOutcome>
  /**
   * Gives an answer to its request.
   *
   * @returns `unasked` if no request has its Hop-by-Hop Identifier, which is what a late one looks like; `mismatched`
   *   if one has it and the answer is not to that one, which goes on waiting.
   */
  settle(message: DiameterMessage): 'settled' | 'unasked' | 'mismatched'
  /** The connection has failed: all are `lost`. */
  loseAll(): void
}

/** The table of one connection. */
export function createPendingRequests(clock: Clock): PendingRequests {
  const waiting = new Map<number, Waiting>()
  return {
    get size() {
      return waiting.size
    },
    add(request, timeoutMs) {
      const { hopByHop } = request
      if (waiting.has(hopByHop)) throw new RangeError('a Hop-by-Hop Identifier in use')
      return new Promise((resolve) => {
        const finish = (outcome: RequestOutcome): void => {
          timer.cancel()
          waiting.delete(hopByHop)
          resolve(outcome)
        }
        const timer: Timer = clock.setTimer(timeoutMs, () => finish({ outcome: 'timeout' }))
        waiting.set(hopByHop, { request, finish })
      })
    },
    settle(message) {
      const found = waiting.get(message.hopByHop)
      if (found === undefined) return 'unasked'
      if (!isAnswerTo(found.request, message)) return 'mismatched'
      found.finish({ outcome: 'answered', message })
      return 'settled'
    },
    loseAll() {
      for (const { finish } of waiting.values()) finish({ outcome: 'lost' })
    },
  }
}

interface Waiting {
  readonly request: AskedHeader
  readonly finish: (outcome: RequestOutcome) => void
}

function isAnswerTo(request: AskedHeader, answer: AskedHeader): boolean {
  return (
    answer.commandCode === request.commandCode &&
    answer.applicationId === request.applicationId &&
    answer.endToEnd === request.endToEnd
  )
}
