/** Who gets what waits in the mailbox: attached entities by records, applications by their handler. Design 8 */
import { messageEvent } from '../cpns/message-trace.ts'
import { encodeMessage, type Message, type MessageResult } from '../cpns/messages.ts'
import { encodeMessageContent } from '../cpns/record-content.ts'
import type { Unsubscribe } from '../ports/bus.ts'
import type { Attachment, AttachmentRegistry } from './attachment-registry.ts'
import { createDeliveryLane, type DeliveryLane } from './delivery-lane.ts'
import type { ServerContext } from './options.ts'
import type { MailboxMessage } from './server-store.ts'
import type { ServiceHandler } from './services.ts'

/** Starts and stops lanes as recipients come and go. */
export interface Delivery {
  /** A recipient's MessageResult. */
  acknowledged(attachment: Attachment, result: MessageResult): Promise<void>
  /** An application takes its messages from now on. @returns Takes it back. */
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

/** Follows the registry: an entity's lane lives as long as its attachment. */
export function createDelivery(
  server: ServerContext & { readonly registry: AttachmentRegistry },
): Delivery {
  const { ports, registry } = server
  const lanes = new Map<Attachment, RunningLane>()
  const services = new Map<string, RunningLane>()

  const start = (
    to: string,
    lane: Pick<Parameters<typeof createDeliveryLane>[0], 'window' | 'transmit'>,
  ): RunningLane => {
    const started = createDeliveryLane({ ...lane, to, ...ports })
    const unsubscribe = ports.bus.subscribe(to, () => started.wake())
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
      const running = start(address, {
        window: 1,
        async transmit(message) {
          await handler(message)
          return 'acknowledged'
        },
      })
      services.set(address, running)
      return () => {
        stop(running)
        services.delete(address)
      }
    },
    hasService: (address) => services.has(address),
    stop() {
      for (const running of [...lanes.values(), ...services.values()]) stop(running)
    },
  }
}

async function transmitRecord(
  attachment: Attachment,
  waiting: MailboxMessage,
  { options, ports }: ServerContext,
): Promise<'sent'> {
  const secondsLeft = Math.ceil((waiting.expiresAtMs - ports.clock.nowMs()) / 1000)
  const message: Message = {
    name: 'Message',
    transactionId: waiting.messageId,
    entityId: options.entityId,
    messageId: waiting.messageId,
    from: waiting.from,
    to: waiting.to,
    contentType: waiting.contentType,
    expires: Math.max(1, secondsLeft),
  }
  await attachment.ready()
  ports.trace(
    messageEvent(message, {
      point: 'CPNS-2',
      side: 'sent',
      from: options.entityId,
      to: attachment.session.entityId,
      atMs: ports.clock.nowMs(),
    }),
  )
  const content = { xml: encodeMessage(message), payload: waiting.payload }
  await attachment.send('message', encodeMessageContent(content))
  return 'sent'
}
