/** What the server does with each kind of record of an attached peer. Design 7, 8 */

import { messageEvent } from '../cpns/message-trace.ts'
import { type CpnsMessage, decodeMessage, encodeMessage } from '../cpns/messages.ts'
import type { OpenedRecord } from '../cpns/record.ts'
import {
  decodeMessageContent,
  decodePing,
  encodeMessageContent,
  encodePing,
} from '../cpns/record-content.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { errorMessage } from './answers.ts'
import type { Attachment } from './attachment-registry.ts'
import type { Delivery } from './delivery.ts'
import type { MessageIntake } from './message-intake.ts'
import type { ServerContext } from './options.ts'

/** What a record handler hands on to. */
export interface RecordHandlerParts extends ServerContext {
  readonly intake: MessageIntake
  readonly delivery: Delivery
  /** Relay records of a PN GW; absent for a PNE, which relays for nobody. */
  readonly relay: (attachment: Attachment, content: Uint8Array) => Promise<void>
}

type Record = Extract<OpenedRecord, { outcome: 'record' }>

/** Handles records in the order in which they came; answers what it cannot read, inside the session. */
export function createRecordHandler(
  parts: RecordHandlerParts,
): (attachment: Attachment, record: Record) => Promise<void> {
  const { options, ports } = parts

  const answer = async (attachment: Attachment, message: CpnsMessage): Promise<void> => {
    ports.trace(
      messageEvent(message, {
        point: 'CPNS-2',
        side: 'sent',
        from: options.entityId,
        to: attachment.session.entityId,
        atMs: ports.clock.nowMs(),
      }),
    )
    await attachment.send('message', encodeMessageRecord(message))
  }

  const takeMessage = async (attachment: Attachment, content: Uint8Array): Promise<void> => {
    const { xml, payload } = decodeMessageContent(content)
    const message = decodeMessage(xml)
    ports.trace(
      messageEvent(message, {
        point: 'CPNS-2',
        side: 'received',
        from: attachment.session.entityId,
        to: options.entityId,
        atMs: ports.clock.nowMs(),
      }),
    )
    switch (message.name) {
      case 'Message':
        return await answer(
          attachment,
          await parts.intake.take(attachment.session, message, payload),
        )
      case 'MessageResult':
        return await parts.delivery.acknowledged(attachment, message)
      case 'Disconnect':
        await ports.store.endSession(attachment.session.sessionId)
        return attachment.close()
      default:
        throw new InvalidMessage('not expected in a message record', message.name)
    }
  }

  const take = async (attachment: Attachment, record: Record): Promise<void> => {
    switch (record.type) {
      case 'message':
        return await takeMessage(attachment, record.content)
      case 'relay':
        return await parts.relay(attachment, record.content)
      case 'ping':
        if (decodePing(record.content) === 'request')
          await attachment.send('ping', encodePing('answer'))
        return
      case 'close':
        return attachment.close()
      case 'control':
        throw new InvalidMessage('not expected from this peer', 'control record')
    }
  }

  return async (attachment, record) => {
    try {
      await take(attachment, record)
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error
      const message = decodeMessage(
        errorMessage({ serverEntityId: options.entityId, status: 400, detail: error.message }),
      )
      await answer(attachment, message)
    }
  }
}

/** A message record without payload. */
function encodeMessageRecord(message: CpnsMessage): Uint8Array {
  return encodeMessageContent({ xml: encodeMessage(message), payload: new Uint8Array(0) })
}
