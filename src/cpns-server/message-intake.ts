/** Accepting messages: who may send what to whom, once and durably. Design 8 */
import { encodeMessage, type Message, type MessageResult } from '../cpns/messages.ts'
import { MAX_PAYLOAD_OCTETS } from '../cpns/record-content.ts'
import type { Status } from '../cpns/status.ts'
import type { ServerContext } from './options.ts'
import type { MailboxMessage, Session } from './server-store.ts'
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

/** Takes messages into the mailbox. */
export interface MessageIntake {
  /** A message of a peer, under its session. @returns The result to send back. */
  take(session: Session, message: Message, payload: Uint8Array): Promise<MessageResult>
  /** A message of an application. @returns 202; 400, 404 or 413 if it is refused. */
  submit(submission: Submission): Promise<Status>
}

/** @param parts.hasService Whether an address is that of an application that messages can be sent to. */
export function createMessageIntake(
  parts: ServerContext & { readonly hasService: (address: string) => boolean },
): MessageIntake {
  const { options, ports } = parts

  const isKnown = async (address: string): Promise<boolean> =>
    isServiceAddress(address)
      ? parts.hasService(address)
      : (await ports.store.findEntity(address as Session['entityId'])) !== undefined

  const submit = async (submission: Submission): Promise<Status> => {
    const { expires, ...rest } = submission
    if (submission.payload.length > MAX_PAYLOAD_OCTETS) return 413
    if (!isMessage(submission, options)) return 400
    if (!(await isKnown(submission.to))) return 404
    const nowMs = ports.clock.nowMs()
    const message: Omit<MailboxMessage, 'position'> = {
      ...rest,
      expiresAtMs: nowMs + expires * 1000,
    }
    const accepted = await ports.store.acceptMessage(message, nowMs)
    if (accepted === 'accepted') ports.bus.publish(submission.to)
    return 202
  }

  return {
    submit,
    async take(session, message, payload) {
      const { messageId, from, to, contentType, expires } = message
      const isOwn = from === session.entityId
      const status = isOwn
        ? await submit({ messageId, from, to, contentType, payload, expires })
        : 403
      return {
        name: 'MessageResult',
        transactionId: message.transactionId,
        entityId: options.entityId,
        messageId,
        from,
        status,
      }
    },
  }
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
