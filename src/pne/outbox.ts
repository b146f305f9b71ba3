/**
 * What a PNE has sent and has no final answer to. Design 8: the sender repeats the same MessageID until
 * 200 or 202 or expiry, and order is kept: what is unanswered when the link comes up is sent again from
 * the oldest message on, so the server always has a first part of what was sent, without holes.
 */
import type { MessageResult } from '../cpns/messages.ts'
import type { Status } from '../cpns/status.ts'
import { TransportFailed } from '../errors/errors.ts'
import type { Clock, Timer } from '../ports/clock.ts'

/** A message to send. */
export interface OutgoingMessage {
  readonly messageId: string
  readonly to: string
  readonly contentType: string
  readonly payload: Uint8Array
  /** Seconds until it is worthless. */
  readonly expires: number
}

/** Keeps messages until they are answered. */
export interface Outbox {
  /**
   * Sends, and again as needed.
   *
   * @returns The server's status; 408 if the message expired unanswered.
   * @throws {RangeError} If a message of this MessageID is under way, or this one is out of its limits.
   * @throws {Error} As `rejectAll` or the way says.
   */
  send(message: OutgoingMessage): Promise<Status>
  /** The server answered. */
  answered(result: Pick<MessageResult, 'messageId' | 'status'>): void
  /** The link is up again: what is unanswered is sent again, in order. */
  repeatAll(): void
  /** Gives up all that waits. */
  rejectAll(error: Error): void
}

interface Waiting {
  readonly message: OutgoingMessage
  /** On the monotonic clock. */
  readonly expiresAtMs: number
  resolve(status: Status): void
  reject(error: unknown): void
  timer: Timer | undefined
  /** The way has not yet taken the last copy. */
  isLeaving: boolean
}

/** How long an answer may take before the message is repeated. */
const REPEAT_MS = 10_000
/** Statuses after which repeating helps. M-6 */
const TRANSIENT: ReadonlySet<Status> = new Set([429, 500, 503])
const TRANSIENT_MS = 1_000

/**
 * @param transmit Sends one message once, at once. `TransportFailed` means that it cannot be done now and
 * the message is sent again later; any other error is about the message, or final.
 */
export function createOutbox(
  transmit: (message: OutgoingMessage, secondsLeft: number) => Promise<void>,
  clock: Clock,
): Outbox {
  const waiting = new Map<string, Waiting>()
  let goingBack: Timer | undefined

  const settle = (entry: Waiting): void => {
    entry.timer?.cancel()
    waiting.delete(entry.message.messageId)
  }

  const transmitOnce = async (entry: Waiting, leftMs: number): Promise<void> => {
    if (entry.isLeaving) return
    entry.isLeaving = true
    try {
      await transmit(entry.message, Math.ceil(leftMs / 1000))
    } catch (error) {
      if (error instanceof TransportFailed) return
      settle(entry)
      entry.reject(error)
    } finally {
      entry.isLeaving = false
    }
  }

  const attempt = (entry: Waiting): void => {
    const leftMs = entry.expiresAtMs - clock.monotonicMs()
    entry.timer?.cancel()
    if (leftMs <= 0) {
      settle(entry)
      entry.resolve(408)
      return
    }
    entry.timer = clock.setTimer(Math.min(REPEAT_MS, leftMs), () => attempt(entry))
    // While going back, a later message must not overtake the one that could not be taken.
    if (goingBack === undefined) void transmitOnce(entry, leftMs)
  }

  const repeatAll = (): void => {
    goingBack?.cancel()
    goingBack = undefined
    for (const entry of Array.from(waiting.values())) attempt(entry)
  }

  return {
    send(message) {
      return new Promise((resolve, reject) => {
        if (waiting.has(message.messageId)) {
          reject(new RangeError('a message of this MessageID is under way'))
          return
        }
        const expiresAtMs = clock.monotonicMs() + message.expires * 1000
        const entry = { message, expiresAtMs, resolve, reject, timer: undefined, isLeaving: false }
        waiting.set(message.messageId, entry)
        attempt(entry)
      })
    },
    answered({ messageId, status }) {
      const entry = waiting.get(messageId)
      if (entry === undefined) return
      if (TRANSIENT.has(status)) goingBack ??= clock.setTimer(TRANSIENT_MS, repeatAll)
      else {
        settle(entry)
        entry.resolve(status)
      }
    },
    repeatAll,
    rejectAll(error) {
      goingBack?.cancel()
      goingBack = undefined
      for (const entry of Array.from(waiting.values())) {
        settle(entry)
        entry.reject(error)
      }
    },
  }
}
