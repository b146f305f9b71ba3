/** Who gets what waits in the mailbox: attached entities by records, applications by their handler. Design 8 */
import { messageEvent } from '../cpns/message-trace.ts'
import { encodeMessage, type Message, type MessageResult } from '../cpns/messages.ts'
import { encodeMessageContent } from '../cpns/record-content.ts'
import type { Unsubscribe } from '../ports/bus.ts'
import type { Log } from '../ports/log.ts'
import type { Attachment, AttachmentRegistry } from './attachment-registry.ts'
import { DeliveryLane, type DeliveryLaneParts, type Handover } from './delivery-lane.ts'
import type { ServerContext } from './options.ts'
import type { MailboxMessage } from './server-store.ts'
import type { ServiceHandler } from './services.ts'

/** Starts and stops lanes as recipients come and go. */
export interface Delivery {
  /** A recipient's MessageResult. */
  acknowledged(attachment: Attachment, result: MessageResult): Promise<void>
  /** An application takes its messages from now on, in place of a former one. @returns Takes it back. */
  addService(address: string, handler: ServiceHandler): Unsubscribe
  hasService(address: string): boolean
  /** Stops all lanes. */
  stop(): void
}

interface RunningLane {
  readonly lane: DeliveryLane
  readonly unsubscribe: Unsubscribe
}

/** Messages that may wait for the acknowledgement of one entity. */
const ENTITY_WINDOW = 16
/** Messages of an application that are read at once; it still gets one after the other. */
const SERVICE_READ_AHEAD = 16

/** Follows the registry: an entity's lane lives as long as its attachment. */
export function createDelivery(
  server: ServerContext & { readonly registry: AttachmentRegistry },
): Delivery {
  const { ports, registry } = server
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
    return { lane: started, unsubscribe }
  }

  const stop = (running: RunningLane | undefined): void => {
    running?.unsubscribe()
    running?.lane.stop()
  }

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
    stop() {
      for (const running of [...lanes.values(), ...services.values()]) stop(running)
    },
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
  const peer = attachment.session.entityId
  ports.trace(
    messageEvent(message, {
      point: 'CPNS-2',
      side: 'sent',
      from: options.entityId,
      to: peer,
      atMs: nowMs,
    }),
  )
  await sent
  return 'sent'
}
