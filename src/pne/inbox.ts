/**
 * What a PNE receives, handled once and in order. Design 8: a durable seen-list, an acknowledgement only
 * after the handler returned, and first in, first out per (From, To): when a message could not be handled,
 * the later ones of its sender wait for it.
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
  /** Sends the MessageResult: 200, or 500 to get the message again. If it fails, it comes again too. */
  readonly acknowledge: (message: Message, status: Extract<Status, 200 | 500>) => Promise<void>
}

/** Takes messages; returns at once, handles them one after the other. */
export interface Inbox {
  take(message: Message, payload: Uint8Array): void
  /** Resolves when all that was taken before is handled and its acknowledgement has left. */
  idle(): Promise<void>
}

/** A message that could not be handled; the later ones of its sender wait for it until it expires. */
interface Stuck {
  readonly messageId: string
  /** On the monotonic clock. */
  readonly untilMs: number
}

/** More than a server ever has under way to one PNE; what is over it comes again after the next attach. */
const QUEUE_LIMIT = 256

/** Empty. */
export function createInbox(ports: InboxPorts): Inbox {
  const { clock, store } = ports
  const queued = new Set<string>()
  const stuck = new Map<string, Stuck>()
  /** Handled, but not yet in the seen-list, because the store failed. */
  const unmarked = new Set<string>()
  let tail: Promise<void> = Promise.resolve()

  const isBehindStuck = ({ from, messageId }: Message): boolean => {
    const first = stuck.get(from)
    if (first === undefined || first.messageId === messageId) return false
    return clock.monotonicMs() < first.untilMs
  }

  const noteStuck = ({ from, messageId, expires }: Message): void => {
    const nowMs = clock.monotonicMs()
    for (const [sender, { untilMs }] of stuck) if (untilMs <= nowMs) stuck.delete(sender)
    if (!stuck.has(from)) stuck.set(from, { messageId, untilMs: nowMs + expires * 1000 })
  }

  const handleOnce = async (message: Message, payload: Uint8Array): Promise<void> => {
    const { messageId, from, contentType, expires } = message
    const key = keyOf(message)
    if (await store.hasSeen({ from, messageId }, clock.nowMs())) return
    if (isBehindStuck(message)) throw new Error('waits for an earlier message of its sender')
    if (!unmarked.has(key)) await ports.handle({ messageId, from, contentType, payload })
    unmarked.add(key)
    await store.markSeen({ from, messageId, expiresAtMs: clock.nowMs() + expires * 1000 })
    unmarked.delete(key)
    stuck.delete(from)
  }

  const statusOf = async (message: Message, payload: Uint8Array): Promise<200 | 500> => {
    try {
      await handleOnce(message, payload)
      return 200
    } catch (error) {
      noteStuck(message)
      const reason = error instanceof Error ? error.message : 'unknown'
      ports.log.warn('message-not-handled', { ...namesOf(message), reason })
      return 500
    }
  }

  const take = async (message: Message, payload: Uint8Array): Promise<void> => {
    const status = await statusOf(message, payload)
    queued.delete(keyOf(message))
    try {
      await ports.acknowledge(message, status)
    } catch {
      ports.log.info('message-not-acknowledged', namesOf(message))
    }
  }

  return {
    take(message, payload) {
      const key = keyOf(message)
      // A copy that came with another attachment: the first one's acknowledgement is for both.
      if (queued.has(key) || queued.size >= QUEUE_LIMIT) return
      queued.add(key)
      const copy = new Uint8Array(payload)
      tail = tail.then(() => take(message, copy))
    },
    idle: () => tail,
  }
}

function keyOf({ from, messageId }: Message): string {
  return `${messageId}\n${from}`
}

/** Of a log line. */
function namesOf({ transactionId, messageId }: Message) {
  return { point: 'CPNS-1', transactionId, messageId }
}
