/**
 * Delivers what waits for one recipient, in order of acceptance, so that messages are first in, first
 * out per (From, To). Design 8: the mailbox row is the truth and goes only when the recipient has
 * acknowledged; a hint only wakes the lane, and a lost one costs a short poll.
 */
import type { Clock, Timer } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { MailboxMessage, ServerStore } from './server-store.ts'

/** Names one message at its recipient. */
export interface MessageKey {
  readonly from: string
  readonly messageId: string
}

/** One recipient's lane. */
export interface DeliveryLane {
  /** Something may be waiting. */
  wake(): void
  /** The recipient handled a message (200), or could not (any other status): then it comes again later. */
  acknowledged(key: MessageKey, status: number): Promise<void>
  /** Delivers nothing any more. */
  stop(): void
}

/** What a lane needs. */
export interface DeliveryLaneParts {
  readonly to: string
  /** How many messages may wait for their acknowledgement. */
  readonly window: number
  /** Hands one message to the recipient; `acknowledged` if that was the acknowledgement too. */
  readonly transmit: (message: MailboxMessage) => Promise<'sent' | 'acknowledged'>
  readonly store: Pick<ServerStore, 'waitingMessages' | 'acknowledgeMessage'>
  readonly clock: Clock
  readonly log: Log
}

const POLL_MS = 5_000
const RETRY_MS = 2_000

/** Starts at the oldest message that waits. */
export function createDeliveryLane(parts: DeliveryLaneParts): DeliveryLane {
  const { clock, store, to } = parts
  const outstanding = new Map<string, number>()
  let afterPosition = 0
  let running = false
  let wanted = false
  let stopped = false
  let poll: Timer | undefined

  const keyOf = ({ from, messageId }: MessageKey): string => `${messageId}\n${from}`

  const forgetExpired = (): void => {
    const nowMs = clock.nowMs()
    for (const [key, expiresAtMs] of outstanding) if (expiresAtMs <= nowMs) outstanding.delete(key)
  }

  const settle = async (key: MessageKey): Promise<void> => {
    outstanding.delete(keyOf(key))
    await store.acknowledgeMessage({ to, from: key.from, messageId: key.messageId })
  }

  const deliver = async (message: MailboxMessage): Promise<void> => {
    afterPosition = message.position
    outstanding.set(keyOf(message), message.expiresAtMs)
    if ((await parts.transmit(message)) === 'acknowledged') await settle(message)
  }

  const drain = async (): Promise<void> => {
    forgetExpired()
    while (!stopped && outstanding.size < parts.window) {
      const limit = parts.window - outstanding.size
      const query = { to, afterPosition, limit, nowMs: clock.nowMs() }
      const messages = await store.waitingMessages(query)
      if (messages.length === 0) return
      for (const message of messages) {
        if (stopped) return
        await deliver(message)
      }
    }
  }

  /** From the oldest message again; the recipient knows what it has seen. */
  const startOver = (): void => {
    outstanding.clear()
    afterPosition = 0
    lane.wake()
  }

  const run = async (): Promise<void> => {
    running = true
    try {
      while (wanted && !stopped) {
        wanted = false
        await drain()
      }
    } catch (error) {
      parts.log.warn('delivery-interrupted', {
        to,
        reason: error instanceof Error ? error.message : 'unknown',
      })
      clock.setTimer(RETRY_MS, startOver)
    } finally {
      running = false
    }
    schedulePoll()
  }

  const schedulePoll = (): void => {
    poll?.cancel()
    if (!stopped) poll = clock.setTimer(POLL_MS, () => lane.wake())
  }

  const lane: DeliveryLane = {
    wake() {
      wanted = true
      if (!running && !stopped) void run()
    },
    async acknowledged(key, status) {
      if (!outstanding.has(keyOf(key))) return
      if (status !== 200) {
        clock.setTimer(RETRY_MS, startOver)
        return
      }
      await settle(key)
      lane.wake()
    },
    stop() {
      stopped = true
      poll?.cancel()
    },
  }
  return lane
}
