/**
 * What a PNE has sent and has no final answer to. Design 8: the sender repeats the same MessageID until
 * 200 or 202 or expiry; order is kept.
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
  /** Sends, and again as needed. @returns The server's status; 408 if the message expired unanswered. */
  send(message: OutgoingMessage): Promise<Status>
  /** The server answered. */
  answered(result: MessageResult): void
  /** The link is up again: what is unanswered is sent again, in order. */
  repeatAll(): void
  /** Rejects all that waits. */
  stop(): void
}

interface Waiting {
  readonly message: OutgoingMessage
  readonly expiresAtMs: number
  resolve(status: Status): void
  reject(error: Error): void
  timer: Timer | undefined
}

/** How long an answer may take before the message is repeated. */
const REPEAT_MS = 10_000
/** Statuses after which repeating helps. M-6 */
const TRANSIENT: ReadonlySet<Status> = new Set([429, 500, 503])
const TRANSIENT_MS = 1_000

/** @param transmit Sends one message once; may fail, then the message is sent again later. */
export function createOutbox(
  transmit: (message: OutgoingMessage, secondsLeft: number) => Promise<void>,
  clock: Clock,
): Outbox {
  const waiting = new Map<string, Waiting>()

  const settle = (entry: Waiting): void => {
    entry.timer?.cancel()
    waiting.delete(entry.message.messageId)
  }

  const repeatIn = (entry: Waiting, delayMs: number): void => {
    entry.timer?.cancel()
    entry.timer = clock.setTimer(delayMs, () => attempt(entry))
  }

  const attempt = (entry: Waiting): void => {
    const leftMs = entry.expiresAtMs - clock.monotonicMs()
    if (leftMs <= 0) {
      settle(entry)
      entry.resolve(408)
      return
    }
    repeatIn(entry, Math.min(REPEAT_MS, leftMs))
    transmit(entry.message, Math.ceil(leftMs / 1000)).catch((error: unknown) => {
      if (error instanceof TransportFailed) return
      settle(entry)
      entry.reject(error instanceof Error ? error : new TransportFailed(String(error)))
    })
  }

  return {
    send(message) {
      return new Promise((resolve, reject) => {
        if (waiting.has(message.messageId)) {
          reject(new RangeError('a message of this MessageID is under way'))
          return
        }
        const expiresAtMs = clock.monotonicMs() + message.expires * 1000
        const entry: Waiting = { message, expiresAtMs, resolve, reject, timer: undefined }
        waiting.set(message.messageId, entry)
        attempt(entry)
      })
    },
    answered({ messageId, status }) {
      const entry = waiting.get(messageId)
      if (entry === undefined) return
      if (TRANSIENT.has(status)) return repeatIn(entry, TRANSIENT_MS)
      settle(entry)
      entry.resolve(status)
    },
    repeatAll() {
      for (const entry of waiting.values()) attempt(entry)
    },
    stop() {
      for (const entry of Array.from(waiting.values())) {
        settle(entry)
        entry.reject(new TransportFailed('the PNE was stopped'))
      }
    },
  }
}
