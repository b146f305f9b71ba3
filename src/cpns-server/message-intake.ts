/** Accepting messages: who may send what to whom, once and durably. Design 8 */
import { encodeMessage, type Message, type MessageResult } from '../cpns/messages.ts'
import { MAX_PAYLOAD_OCTETS } from '../cpns/record-content.ts'
import type { Status } from '../cpns/status.ts'
import type { ServerContext } from './options.ts'
import { SenderOrder } from './sender-order.ts'
import type { Acceptance, MailboxQuota, Session } from './server-store.ts'
import { isServiceAddress } from './services.ts'

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

/** Takes messages into the mailbox. */
export interface MessageIntake {
  /**
   * Messages of a peer, under its session; in one transaction, in order.
   *
   * @returns The results to send back. @throws {StoreFailed} Then none was taken.
   */
  take(session: Session, messages: readonly ReceivedMessage[]): Promise<readonly MessageResult[]>
  /** A message of an application. @returns 202; 400, 404 or 413 if it is refused, 503 if it is to come again. */
  submit(submission: Submission): Promise<Status>
}

/** 10,000 messages and 64 MiB of payload for one recipient. */
export const DEFAULT_MAILBOX_QUOTA: MailboxQuota = { messages: 10_000, octets: 64 * 1024 * 1024 }

/** After how many seconds a sender whose recipient's mailbox is full may try again. M-6 */
export const FULL_RETRY_SECONDS = 2

const STATUS_OF: Readonly<Record<Acceptance, Status>> = {
  accepted: 202,
  duplicate: 202,
  full: 503,
}

/** @param parts.hasService Whether an address is that of an application that messages can be sent to. */
export function createMessageIntake(
  parts: ServerContext & { readonly hasService: (address: string) => boolean },
): MessageIntake {
  const { options, ports } = parts
  const quota = options.mailbox ?? DEFAULT_MAILBOX_QUOTA
  /** A new attachment has a session of its own here, and so a new order. */
  const orders = new WeakMap<Session, SenderOrder>()

  const isKnown = async (address: string): Promise<boolean> =>
    isServiceAddress(address)
      ? parts.hasService(address)
      : (await ports.store.findEntity(address as Session['entityId'])) !== undefined

  const refusalOf = async (submission: Submission): Promise<Status | undefined> => {
    if (submission.payload.length > MAX_PAYLOAD_OCTETS) return 413
    if (!isMessage(submission, options)) return 400
    return (await isKnown(submission.to)) ? undefined : 404
  }

  const accept = async (submissions: readonly Submission[]): Promise<readonly Acceptance[]> => {
    if (submissions.length === 0) return []
    const nowMs = ports.clock.nowMs()
    const messages = submissions.map(({ expires, ...rest }) => ({
      ...rest,
      expiresAtMs: nowMs + expires * 1000,
    }))
    const outcomes = await ports.store.acceptMessages(messages, nowMs, quota)
    const recipients = messages.flatMap(({ to }, n) => (outcomes[n] === 'accepted' ? [to] : []))
    for (const to of new Set(recipients)) ports.bus.publish(to)
    return outcomes
  }

  /** @param order Of their sender. @returns For each the status that it is answered with. */
  const submitAll = async (
    submissions: readonly Submission[],
    order = new SenderOrder(ports.clock),
  ): Promise<readonly Status[]> => {
    const statuses = new Map<Submission, Status>()
    for (const submission of submissions) {
      const refusal = await refusalOf(submission)
      if (refusal !== undefined) statuses.set(submission, refusal)
      else if (order.mustWait(submission)) statuses.set(submission, 503)
    }
    const good = submissions.filter((submission) => !statuses.has(submission))
    const outcomes = await accept(good)
    for (const [n, submission] of good.entries()) {
      const outcome = outcomes[n] as Acceptance
      if (outcome === 'full') order.refused(submission)
      statuses.set(submission, STATUS_OF[outcome])
    }
    return submissions.map((submission) => statuses.get(submission) as Status)
  }

  return {
    submit: async (submission) => (await submitAll([submission]))[0] ?? 500,
    async take(session, messages) {
      const order = orders.get(session) ?? new SenderOrder(ports.clock)
      orders.set(session, order)
      const own = messages.filter(({ message }) => message.from === session.entityId)
      const statuses = await submitAll(own.map(submissionOf), order)
      return messages.map((received) =>
        resultOf(received.message, statuses[own.indexOf(received)] ?? 403, options.entityId),
      )
    },
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

function submissionOf({ message, payload }: ReceivedMessage): Submission {
  const { messageId, from, to, contentType, expires } = message
  return { messageId, from, to, contentType, payload, expires }
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
