/**
 * A PNE: authenticates to the CPNS Server end to end through its PN GW, and exchanges messages with
 * applications and other PNEs. CR 7.5; Design 7, 8
 */
import type { Algorithm } from '../cpns/algorithms.ts'
import type { ClientSessionInfo } from '../cpns/client-session.ts'
import type { CredentialSource } from '../cpns/credentials.ts'
import { messageEvent } from '../cpns/message-trace.ts'
import { type CpnsMessage, decodeMessage, encodeMessage } from '../cpns/messages.ts'
import { decodeMessageContent, encodeMessageContent } from '../cpns/record-content.ts'
import { createSessionLink } from '../cpns/session-link.ts'
import type { Status } from '../cpns/status.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { toHex } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Trace } from '../trace/trace.ts'
import { createInbox, type MessageHandler } from './inbox.ts'
import { createOutbox, type OutgoingMessage } from './outbox.ts'
import type { PneStore } from './pne-store.ts'

/** Validated settings of one PNE. */
export interface PneOptions {
  readonly entityId: EntityId
  /** EntityID of the PN GW that it was paired with; part of what the handshake proves. */
  readonly gatewayEntityId: EntityId
  /** Offered, best first. M-2 */
  readonly algorithms: readonly Algorithm[]
  /** How long before its end a session is renewed. */
  readonly renewAheadMs: number
}

/** What a PNE is given. */
export interface PnePorts {
  readonly credentials: CredentialSource
  /** CPNS-1. @throws {TransportFailed} If the PN GW cannot be reached now. */
  readonly connectGateway: () => Promise<FrameSocket>
  readonly store: Pick<PneStore, 'hasSeen' | 'markSeen'>
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  readonly log: Log
  /** Gets each message once, in order. */
  readonly onMessage: MessageHandler
  readonly onUp?: (session: ClientSessionInfo) => void
}

/** A message to send; MessageID and expiry have defaults. */
export type PneMessage = Pick<OutgoingMessage, 'to' | 'payload'> & Partial<OutgoingMessage>

/** A PNE, without its sockets. */
export interface Pne {
  /** Resolves when it has a session. @throws {CpnsError} If it cannot come to one. */
  start(): Promise<void>
  /** @returns 200 or 202, or the status that refused it; 408 if it expired unanswered. */
  send(message: PneMessage): Promise<Status>
  readonly session: ClientSessionInfo | undefined
  stop(): void
}

const NOTHING = new Uint8Array(0)
const MESSAGE_ID_LENGTH = 16
const DEFAULT_EXPIRES_SECONDS = 3600

/** @param options Validated settings. @param ports All that touches the world. */
export function createPne(options: PneOptions, ports: PnePorts): Pne {
  const { entityId, gatewayEntityId } = options

  const seen = (side: 'sent' | 'received', message: CpnsMessage): void => {
    const [from, to] = side === 'sent' ? [entityId, gatewayEntityId] : [gatewayEntityId, entityId]
    const at = { point: 'CPNS-1', side, from, to, atMs: ports.clock.nowMs() } as const
    ports.trace(messageEvent(message, at))
  }

  const send = async (message: CpnsMessage, payload: Uint8Array = NOTHING): Promise<void> => {
    await link.whenUp()
    seen('sent', message)
    await link.send('message', encodeMessageContent({ xml: encodeMessage(message), payload }))
  }

  const outbox = createOutbox(async ({ messageId, to, contentType, payload }, secondsLeft) => {
    const head = { transactionId: messageId, entityId, messageId, from: entityId, to }
    await send({ name: 'Message', ...head, contentType, expires: secondsLeft }, payload)
  }, ports.clock)

  const inbox = createInbox({
    ...ports,
    handle: ports.onMessage,
    acknowledge: ({ transactionId, messageId, from }, status) =>
      send({ name: 'MessageResult', transactionId, entityId, messageId, from, status }),
  })

  const takeMessage = (content: Uint8Array): void => {
    const { xml, payload } = decodeMessageContent(content)
    const message = decodeMessage(xml)
    seen('received', message)
    if (message.name === 'Message') inbox.take(message, payload)
    if (message.name === 'MessageResult') outbox.answered(message)
  }

  const link = createSessionLink(
    {
      identity: {
        entityId,
        role: 'pne',
        via: gatewayEntityId,
        algorithms: options.algorithms,
      },
      renewAheadMs: options.renewAheadMs,
    },
    {
      ...ports,
      seen: (side, octets) => seen(side, decodeMessage(octets)),
      connect: ports.connectGateway,
      handleRecord: (type, content) => {
        if (type === 'message') takeMessage(content)
        return Promise.resolve()
      },
      onUp(session) {
        outbox.repeatAll()
        ports.onUp?.(session)
      },
    },
  )

  return {
    start: () => link.start(),
    send: (message) =>
      outbox.send({
        messageId: toHex(ports.random.octets(MESSAGE_ID_LENGTH)),
        contentType: 'application/octet-stream',
        expires: DEFAULT_EXPIRES_SECONDS,
        ...message,
      }),
    get session() {
      return link.session
    },
    stop() {
      outbox.stop()
      link.stop()
    },
  }
}
