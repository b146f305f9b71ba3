/**
 * What a PNE receives, handled once and in order. Design 8: a durable seen-list, and an acknowledgement
 * only after the handler returned.
 */
import type { Message } from '../cpns/messages.ts'
import type { Status } from '../cpns/status.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { PneStore } from './pne-store.ts'

/** A message as an application gets it. */
export interface IncomingMessage {
  readonly messageId: string
  readonly from: string
  readonly contentType: string
  readonly payload: Uint8Array
}

/** When it returns, the message has been handled; when it throws, the message comes again. */
export type MessageHandler = (message: IncomingMessage) => Promise<void> | void

/** What an inbox needs. */
export interface InboxPorts {
  readonly store: Pick<PneStore, 'hasSeen' | 'markSeen'>
  readonly clock: Clock
  readonly log: Log
  readonly handle: MessageHandler
  /** Sends the MessageResult: 200, or 500 to get the message again. */
  readonly acknowledge: (message: Message, status: Extract<Status, 200 | 500>) => Promise<void>
}

/** Takes messages; resolves at once, handles them one after the other. */
export interface Inbox {
  take(message: Message, payload: Uint8Array): void
}

/** How many messages wait at most is bounded by the server's window. */
export function createInbox(ports: InboxPorts): Inbox {
  let tail: Promise<void> = Promise.resolve()

  const handleOnce = async (message: Message, payload: Uint8Array): Promise<void> => {
    const { messageId, from, contentType, expires } = message
    if (!(await ports.store.hasSeen({ from, messageId }))) {
      await ports.handle({ messageId, from, contentType, payload })
      const expiresAtMs = ports.clock.nowMs() + expires * 1000
      await ports.store.markSeen({ from, messageId, expiresAtMs })
    }
  }

  const take = async (message: Message, payload: Uint8Array): Promise<void> => {
    try {
      await handleOnce(message, payload)
    } catch (error) {
      ports.log.warn('message-not-handled', { messageId: message.messageId, reason: String(error) })
      return await ports.acknowledge(message, 500)
    }
    await ports.acknowledge(message, 200)
  }

  return {
    take(message, payload) {
      const copy = new Uint8Array(payload)
      tail = tail
        .then(() => take(message, copy))
        .catch((error: unknown) => {
          ports.log.warn('message-not-acknowledged', { reason: String(error) })
        })
    },
  }
}
