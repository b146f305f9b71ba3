/**
 * Order of one sender's messages where one was refused with 503. Design 8: first in, first out per (From,
 * To), so what was sent after it must not be taken before it has come again.
 */
import type { Clock } from '../ports/clock.ts'

/** What of a message counts here. */
interface Ordered {
  readonly to: string
  readonly messageId: string
}

/** A sender that does not repeat a message for so long has given it up. */
const GIVEN_UP_MS = 60_000

/** Of one attachment: after a new one a client sends all that is unanswered again, from the oldest on. */
export class SenderOrder {
  readonly #clock: Clock
  /** The message that is to come first, by recipient; `untilMs` on the monotonic clock. */
  readonly #awaited = new Map<string, { readonly messageId: string; readonly untilMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether an earlier message is to come again first; the awaited one itself is let through. */
  mustWait({ to, messageId }: Ordered): boolean {
    const awaited = this.#awaited.get(to)
    if (awaited === undefined) return false
    if (awaited.messageId !== messageId && awaited.untilMs > this.#clock.monotonicMs()) return true
    this.#awaited.delete(to)
    return false
  }

  /** There was no room for it. The first one of a recipient counts. @param message.expires In seconds. */
  refused({ to, messageId, expires }: Ordered & { readonly expires: number }): void {
    if (this.#awaited.has(to)) return
    const untilMs = this.#clock.monotonicMs() + Math.min(expires * 1000, GIVEN_UP_MS)
    this.#awaited.set(to, { messageId, untilMs })
  }
}
