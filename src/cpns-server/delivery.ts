/** Who gets what waits in the mailbox: attached entities by records, applications by their handler. Design 8 */
import { messageEvent } from '../cpns/message-trace.ts'
import { encodeMessage, type Message, type MessageResult } from '../cpns/messages.ts'
import { encodeMessageContent } from '../cpns/record-content.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Unsubscribe } from '../ports/bus.ts'
import type { Log } from '../ports/log.ts'
import { noTrace } from '../trace/trace.ts'
import type { AcknowledgedMessages } from './acknowledged-messages.ts'
import type { Attachment, AttachmentRegistry } from './attachment-registry.ts'
import { DeliveryLane, type DeliveryLaneParts, type Handover } from './delivery-lane.ts'
import { DirectLane, type DirectMessage } from './direct-lane.ts'
import type { Mailbox } from './mailbox.ts'
import type { ServerContext } from './options.ts'
import type { MailboxMessage } from './server-store.ts'
import type { ServiceHandler } from './services.ts'

/** Starts and stops lanes as recipients come and go. */
export interface Delivery {
  /** A recipient's MessageResult about a message that was not stored. @returns Whether it was one. */
  acknowledgedDirectly(attachment: Attachment, result: MessageResult): boolean
  /** A recipient's MessageResult. */
  acknowledged(attachment: Attachment, result: MessageResult): Promise<void>
  /** The way to a recipient who is here. */
  directLane(to: string): DirectLane | undefined
  /** An application takes its messages from now on, in place of a former one. @returns Takes it back. */
  addService(address: string, handler: ServiceHandler): Unsubscribe
  hasService(address: string): boolean
  /** Something may be waiting for a recipient, who need not be here. */
  wake(to: string): void
  /** Stops all lanes. */
  stop(): void
}

/** What delivery needs of the server. */
export interface DeliveryParts extends ServerContext {
  readonly registry: AttachmentRegistry
  readonly mailbox: Mailbox
  readonly acknowledged: AcknowledgedMessages
}

interface RunningLane {
  readonly lane: DeliveryLane
  readonly direct: DirectLane
  readonly unsubscribe: Unsubscribe
}

/** Messages that may wait for the acknowledgement of one entity. */
const ENTITY_WINDOW = 16
/** Messages of an application that are read at once; it still gets one after the other. */
const SERVICE_READ_AHEAD = 16

/** Follows the registry: an entity's lane lives as long as its attachment. */
export function createDelivery(server: DeliveryParts): Delivery {
  const { ports, registry, mailbox } = server
  const lanes = new Map<Attachment, RunningLane>()
  const services = new Map<string, RunningLane>()

  const start = (
    to: string,
    lane: Pick<DeliveryLaneParts, 'window' | 'readAhead' | 'transmit'>,
  ): RunningLane => {
    const { bus, clock, log, store } = ports
    const started = new DeliveryLane({ ...lane, to, store, clock, log })
    const unsubscribe = bus.subscribe(to, () => started.wake())
    started.wake()
    const direct = createDirectLane(started, lane, server)
    return { lane: started, direct, unsubscribe }
  }

  const stop = (running: RunningLane | undefined): void => {
    running?.unsubscribe()
    running?.lane.stop()
    running?.direct.stop()
  }

  const laneOf = (to: string): RunningLane | undefined => {
    const attachment = registry.of(to as EntityId)
    return attachment === undefined ? services.get(to) : lanes.get(attachment)
  }

  const wake = (to: string): void => laneOf(to)?.lane.wake()

  mailbox.observe(wake)

  registry.observe({
    opened(attachment) {
      const transmit = (message: MailboxMessage) => transmitRecord(attachment, message, server)
      lanes.set(attachment, start(attachment.session.entityId, { window: ENTITY_WINDOW, transmit }))
    },
    closed(attachment) {
      stop(lanes.get(attachment))
      lanes.delete(attachment)
    },
  })

  return {
    acknowledgedDirectly: (attachment, { from, messageId, status }) =>
      lanes.get(attachment)?.direct.acknowledged({ from, messageId }, status) ?? false,
    directLane: (to) => laneOf(to)?.direct,
    async acknowledged(attachment, { from, messageId, status }) {
      await lanes.get(attachment)?.lane.acknowledged({ from, messageId }, status)
    },
    addService(address, handler) {
      stop(services.get(address))
      const transmit = (message: MailboxMessage) => handToService(handler, message, ports.log)
      const running = start(address, { window: 1, readAhead: SERVICE_READ_AHEAD, transmit })
      services.set(address, running)
      return () => {
        stop(running)
        if (services.get(address) === running) services.delete(address)
      }
    },
    hasService: (address) => services.has(address),
    wake,
    stop() {
      for (const running of [...lanes.values(), ...services.values()]) stop(running)
    },
  }
}

function createDirectLane(
  stored: DeliveryLane,
  { window, transmit }: Pick<DeliveryLaneParts, 'window' | 'transmit'>,
  { ports, mailbox, acknowledged }: DeliveryParts,
): DirectLane {
  return new DirectLane({
    window,
    transmit,
    stored,
    clock: ports.clock,
    acknowledged: ({ message }, settled) => acknowledged.add(message, settled),
    store: (messages) => void storeDirect(messages, mailbox),
  })
}

/** What could not be acknowledged in time is durable, and delivery follows. Never rejects. */
async function storeDirect(messages: readonly DirectMessage[], mailbox: Mailbox): Promise<void> {
  try {
    const statuses = await mailbox.accept(messages.map(({ message }) => message))
    for (const [n, direct] of messages.entries()) direct.answer(statuses[n] ?? 500)
  } catch (error) {
    for (const direct of messages) direct.fail(error)
  }
}

async function handToService(
  handler: ServiceHandler,
  message: MailboxMessage,
  log: Log,
): Promise<Handover> {
  try {
    const settled = await handler(message)
    return { acknowledged: settled ?? (() => {}) }
  } catch (error) {
    const { messageId } = message
    log.warn('service-failed', { messageId, reason: error instanceof Error ? error.message : '' })
    return 'refused'
  }
}

async function transmitRecord(
  attachment: Attachment,
  waiting: MailboxMessage,
  { options, ports }: ServerContext,
): Promise<Handover> {
  await attachment.ready()
  const nowMs = ports.clock.nowMs()
  // It may have expired while it waited: then its row goes, and nobody is to get it any more.
  if (waiting.expiresAtMs <= nowMs) return 'sent'
  const { messageId, from, to, contentType, payload } = waiting
  const message: Message = {
    name: 'Message',
    transactionId: messageId,
    entityId: options.entityId,
    messageId,
    from,
    to,
    contentType,
    expires: Math.ceil((waiting.expiresAtMs - nowMs) / 1000),
  }
  const content = encodeMessageContent({ xml: encodeMessage(message), payload })
  const sent = attachment.send('message', content)
  if (ports.trace !== noTrace) {
    const [server, peer] = [options.entityId, attachment.session.entityId]
    const at = { point: 'CPNS-2', side: 'sent', from: server, to: peer, atMs: nowMs } as const
    ports.trace(messageEvent(message, at))
  }
  await sent
  return 'sent'
}
