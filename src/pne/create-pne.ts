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
import { TransportFailed } from '../errors/errors.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { toHex } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import { noTrace, type Trace } from '../trace/trace.ts'
import { createInbox, type MessageHandler } from './inbox.ts'
import { Outbox, type OutgoingMessage } from './outbox.ts'
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
  readonly store: Pick<PneStore, 'hasSeen' | 'markSeen' | 'removeExpired'>
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
  /**
   * Sends a message, and again until it is answered.
   *
   * @returns 200 or 202, or the status that refused it; 408 if it expired unanswered.
   * @throws {RangeError} If it is out of its limits, or one of its MessageID is under way.
   * @throws {CpnsError} If the PNE was stopped, or cannot come to a session.
   */
  send(message: PneMessage): Promise<Status>
  readonly session: ClientSessionInfo | undefined
  /** Resolves when all that has come so far is handled and its acknowledgement has left. */
  idle(): Promise<void>
  stop(): void
}

const NOTHING = new Uint8Array(0)
const TIME_DIGITS = 12
const MESSAGE_ID_RANDOM = 10
const DEFAULT_EXPIRES_SECONDS = 3600

/** @param options Validated settings. @param ports All that touches the world. */
export function createPne(options: PneOptions, ports: PnePorts): Pne {
  const { entityId, gatewayEntityId, algorithms, renewAheadMs } = options
  const seen = createSeen(options, ports)

  const transmit = async (message: CpnsMessage, payload: Uint8Array = NOTHING): Promise<void> => {
    const content = encodeMessageContent({ xml: encodeMessage(message), payload })
    const sent = link.send('message', content)
    seen('sent', message)
    await sent
  }

  const outbox = new Outbox(async ({ messageId, to, contentType, payload }, expires) => {
    const head = { transactionId: messageId, entityId, messageId, from: entityId, to }
    await transmit({ name: 'Message', ...head, contentType, expires }, payload)
  }, ports.clock)

  const inbox = createInbox({
    ...ports,
    handle: ports.onMessage,
    acknowledge: ({ transactionId, messageId, from }, status) =>
      transmit({ name: 'MessageResult', transactionId, entityId, messageId, from, status }),
  })

  const takeMessage = (content: Uint8Array): void => {
    const { xml, payload } = decodeMessageContent(content)
    const message = decodeMessage(xml)
    seen('received', message)
    if (message.name === 'Message') inbox.take(message, payload)
    if (message.name === 'MessageResult') outbox.answered(message)
    // What a server cannot read it answers in the exchange, and by that the message is known: Design 6, `Error`.
    if (message.name === 'Error' && message.transactionId !== undefined) {
      outbox.answered({ messageId: message.transactionId, status: message.status })
    }
  }

  const link = createSessionLink(
    { identity: { entityId, role: 'pne', via: gatewayEntityId, algorithms }, renewAheadMs },
    {
      ...ports,
      seen: (side, octets) => seen(side, decodeMessage(octets)),
      connect: ports.connectGateway,
      async handleRecord(type, content) {
        if (type === 'message') takeMessage(content)
      },
      onUp(session) {
        outbox.repeatAll()
        forgetSeen(ports)
        ports.onUp?.(session)
      },
      onFailed: (error) => outbox.rejectAll(error),
    },
  )

  return {
    start: () => link.start(),
    send: (message) => outbox.send({ ...defaultsOf(ports), ...message }),
    get session() {
      return link.session
    },
    idle: () => inbox.idle(),
    stop() {
      link.stop()
      outbox.rejectAll(new TransportFailed('the PNE was stopped'))
    },
  }
}

function createSeen(
  { entityId, gatewayEntityId }: PneOptions,
  { clock, trace }: PnePorts,
): (side: 'sent' | 'received', message: CpnsMessage) => void {
  if (trace === noTrace) return () => {}
  return (side, message) => {
    const [from, to] = side === 'sent' ? [entityId, gatewayEntityId] : [gatewayEntityId, entityId]
    trace(messageEvent(message, { point: 'CPNS-1', side, from, to, atMs: clock.nowMs() }))
  }
}

/**
 * Unique, and first in it is the time: what is remembered of messages that follow each other lies side by
 * side in the tables of server and recipient, which costs a tenth of what scattered rows do.
 *
 * @returns 32 hex digits.
 */
function messageIdOf(nowMs: number, random: Random): string {
  const time = Math.max(0, Math.floor(nowMs)).toString(16).padStart(TIME_DIGITS, '0')
  return time.slice(-TIME_DIGITS) + toHex(random.octets(MESSAGE_ID_RANDOM))
}

/** The seen-list holds what may still come again. Design 8 */
function forgetSeen({ store, clock, log }: PnePorts): void {
  store.removeExpired(clock.nowMs()).catch((error: unknown) => {
    log.warn('seen-list-not-cleared', { reason: String(error) })
  })
}

function defaultsOf({
  clock,
  random,
}: Pick<PnePorts, 'clock' | 'random'>): Omit<OutgoingMessage, 'to' | 'payload'> {
  return {
    messageId: messageIdOf(clock.nowMs(), random),
    contentType: 'application/octet-stream',
    expires: DEFAULT_EXPIRES_SECONDS,
  }
}
