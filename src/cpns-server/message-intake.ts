/** Taking messages in: who may send what, and what it is answered. Design 8 */
import { encodeMessage, type Message, type MessageResult } from '../cpns/messages.ts'
import type { Status } from '../cpns/status.ts'
import { type Incoming, Placing, type PlacingParts } from './message-placing.ts'
import type { ServerContext } from './options.ts'
import { SenderOrder } from './sender-order.ts'
import type { Session } from './server-store.ts'

/** A message of an application at the server. */
export interface Submission {
  readonly messageId: string
  /** `urn:cpns:service:<name>` of the application. */
  readonly from: string
  readonly to: string
  readonly contentType: string
  readonly payload: Uint8Array
  /** Seconds until it is worthless, at most 7 days. */
  readonly expires: number
}

/** A message as it came. */
export interface ReceivedMessage {
  readonly message: Message
  readonly payload: Uint8Array
}

/** What becomes of messages that are taken. */
export interface Answers {
  /** Called once for each message, soon; in any order, since each result names its message. */
  readonly answered: (result: MessageResult) => void
  /** Some could not be stored: they are not answered, and the sender is to send all again from there. */
  readonly failed: (error: unknown) => void
}

/** Takes messages in: to the recipient who is here, or into the mailbox. */
export interface MessageIntake {
  /**
   * Messages of a peer, under its session, in order.
   *
   * @returns Resolves when the next ones can be taken.
   * @throws {StoreFailed} Then none of those that were to be stored is.
   */
  take(session: Session, messages: readonly ReceivedMessage[], answers: Answers): Promise<void>
  /** A message of an application. @returns 202; 400, 404 or 413 if it is refused, 503 if it is to come again. */
  submit(submission: Submission): Promise<Status>
}

/** After how many seconds a sender whose recipient's mailbox is full may try again. M-6 */
export const FULL_RETRY_SECONDS = 2

/** Nothing is under way. */
export function createMessageIntake(
  parts: ServerContext & Omit<PlacingParts, 'store' | 'clock'>,
): MessageIntake {
  const { options, ports } = parts
  const { clock } = ports
  /** A new attachment has a session of its own here, and so a new order. */
  const orders = new WeakMap<Session, SenderOrder>()
  const placing = new Placing({ ...parts, ...ports })
  return {
    async submit(submission) {
      if (!isMessage(submission, options)) return 400
      const order = new SenderOrder(clock)
      return await new Promise((answered, failed) => {
        const incoming = incomingOf(submission, { order, answered, failed, nowMs: clock.nowMs() })
        placing.place([incoming], { directly: false }).catch(failed)
      })
    },
    async take(session, messages, { answered, failed }) {
      const order = orders.get(session) ?? new SenderOrder(clock)
      orders.set(session, order)
      const own: Incoming[] = []
      const nowMs = clock.nowMs()
      for (const { message, payload } of messages) {
        const answer = (status: Status): void =>
          answered(resultOf(message, status, options.entityId))
        if (!isOwn(message, session)) answer(403)
        else {
          const { messageId, from, to, contentType, expires } = message
          const submission = { messageId, from, to, contentType, payload, expires }
          own.push(incomingOf(submission, { order, answered: answer, failed, nowMs }))
        }
      }
      await placing.place(own, { directly: true })
    },
  }
}

/** Only the entity of the session speaks in it. Design 8 */
function isOwn({ from, entityId }: Message, session: Session): boolean {
  return from === session.entityId && entityId === session.entityId
}

function incomingOf(
  { messageId, from, to, contentType, payload, expires }: Submission,
  way: {
    readonly order: SenderOrder
    readonly answered: (status: Status) => void
    readonly failed: (error: unknown) => void
    readonly nowMs: number
  },
): Incoming {
  const { order, nowMs } = way
  const expiresAtMs = nowMs + expires * 1000
  return {
    message: { position: 0, messageId, from, to, contentType, payload, expiresAtMs },
    expires,
    order,
    answer(status) {
      if (status === 503) order.refused({ to, messageId, expires })
      way.answered(status)
    },
    fail: way.failed,
  }
}

function resultOf(
  { transactionId, messageId, from }: Message,
  status: Status,
  entityId: MessageResult['entityId'],
): MessageResult {
  const retry = status === 503 && { retryAfter: FULL_RETRY_SECONDS }
  return { name: 'MessageResult', transactionId, entityId, messageId, from, status, ...retry }
}

/** What could not be sent to its recipient would stand in the way of all messages after it. */
function isMessage(submission: Submission, { entityId }: ServerContext['options']): boolean {
  const { messageId, from, to, contentType, expires } = submission
  const head = { transactionId: messageId, entityId, messageId, from, to, contentType, expires }
  try {
    return encodeMessage({ name: 'Message', ...head }).length > 0
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
