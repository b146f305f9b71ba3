/** What the server does with each kind of record of an attached peer. Design 7, 8 */
import { messageEvent } from '../cpns/message-trace.ts'
import {
  type CpnsMessage,
  decodeMessage,
  encodeMessage,
  type MessageResult,
  type PneStatus,
  transactionIdOf,
} from '../cpns/messages.ts'
import {
  decodeMessageContent,
  decodePing,
  encodeMessageContent,
  encodePing,
  xmlOfMessageContent,
} from '../cpns/record-content.ts'
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import { noTrace } from '../trace/trace.ts'
import { errorOf } from './answers.ts'
import type { RecordHandler, ValidRecord } from './attachment-desk.ts'
import type { Attachment } from './attachment-registry.ts'
import type { Delivery } from './delivery.ts'
import type { Answers, MessageIntake, ReceivedMessage } from './message-intake.ts'
import type { ServerContext } from './options.ts'
import type { PnInventory } from './pn-inventory.ts'
import { RecordBatches } from './record-batches.ts'
import type { Relay } from './relay.ts'
import type { Session } from './server-store.ts'
import { answerUserInfoRegistration } from './trigger-keys.ts'

/** What a record handler hands on to. */
export interface RecordHandlerParts extends ServerContext {
  readonly intake: MessageIntake
  readonly delivery: Delivery
  readonly inventory: PnInventory
  /** Where relay records of PN GWs go; made after the handler. */
  readonly relay: () => Pick<Relay, 'beside' | 'take' | 'whenGone'>
}

const NOTHING = new Uint8Array(0)

/** What is to become durable. */
type Durable = ReceivedMessage | { readonly message: MessageResult }

/**
 * Handles records in the order in which they came; answers what it cannot read, inside the session. One
 * handler serves all attachments.
 */
export function createRecordHandler(parts: RecordHandlerParts): RecordHandler {
  const batches = new WeakMap<Attachment, RecordBatches<Durable>>()
  const durable: DurableRecords = {
    put(attachment, item) {
      const made = batches.get(attachment) ?? createBatches(attachment, parts)
      batches.set(attachment, made)
      return made.put(item)
    },
    idle: async (attachment) => await batches.get(attachment)?.idle(),
  }
  const recordParts: RecordParts = { ...parts, durable }
  return async (attachment, record) => {
    try {
      const taken = takeRecord(attachment, record, recordParts)
      // Most records are taken at once.
      if (taken !== undefined) await taken
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error
      await refuse(attachment, record, { error, context: parts })
    }
  }
}

/** Says so the way it came, in its exchange. */
async function refuse(
  attachment: Attachment,
  { type, content }: ValidRecord,
  { error, context }: { readonly error: InvalidMessage; readonly context: ServerContext },
): Promise<void> {
  const ofControl = type === 'control' ? content : undefined
  const xml = type === 'message' ? xmlOfMessageContent(content) : ofControl
  const transactionId = xml && transactionIdOf(xml)
  const refusal = errorOf({
    ...(transactionId !== undefined && { transactionId }),
    serverEntityId: context.options.entityId,
    status: error.field === 'payload' ? 413 : 400,
    detail: error.message,
  })
  const isControl = type === 'control' && attachment.session.role === 'pn-gw'
  await (isControl ? sendControl : answer)(attachment, refusal, context)
}

/** The batches of each attachment; there are none before it sends a message. */
interface DurableRecords {
  put(attachment: Attachment, item: Durable): Promise<void> | undefined
  idle(attachment: Attachment): Promise<void>
}

interface RecordParts extends RecordHandlerParts {
  readonly durable: DurableRecords
}

function createBatches(attachment: Attachment, parts: RecordHandlerParts): RecordBatches<Durable> {
  const { log } = parts.ports
  const failed = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : 'unknown'
    const { entityId } = attachment.session
    log.error('frame-not-stored', { point: 'CPNS-2', entityId, reason })
    attachment.interrupt('cannot be stored now: attach again')
  }
  /** The answers that the way has not yet taken; whoever does not read them sends nothing more. */
  let lastAnswer: Promise<void> = Promise.resolve()
  const answered = (result: MessageResult): void => {
    lastAnswer = answerIfThere(attachment, result, parts)
    lastAnswer.catch(failed)
  }
  const taking = { ...parts, answers: { answered, failed } }
  return new RecordBatches({
    async store(batch) {
      await storeBatch(attachment, batch, taking)
      await lastAnswer
    },
    failed,
  })
}

/** One commit for all of it that is to be stored. */
async function storeBatch(
  attachment: Attachment,
  batch: readonly Durable[],
  { intake, delivery, answers }: RecordHandlerParts & { readonly answers: Answers },
): Promise<void> {
  const messages = batch.filter((item) => item.message.name === 'Message') as ReceivedMessage[]
  if (messages.length === batch.length) {
    await intake.take(attachment.session, messages, answers)
    return
  }
  const results = batch.flatMap(({ message }) => (message.name === 'MessageResult' ? message : []))
  await Promise.all([
    intake.take(attachment.session, messages, answers),
    ...results.map((result) => delivery.acknowledged(attachment, result)),
  ])
}

/** Whoever has gone sends the same again when it is back, and is answered then. */
async function answerIfThere(
  attachment: Attachment,
  result: MessageResult,
  context: ServerContext,
): Promise<void> {
  try {
    await answer(attachment, result, context)
  } catch (error) {
    if (!(error instanceof TransportFailed)) throw error
  }
}

function takeRecord(
  attachment: Attachment,
  record: ValidRecord,
  parts: RecordParts,
): Promise<void> | undefined {
  const { type, content } = record
  if (type === 'message') return takeMessage(attachment, content, parts)
  if (type === 'relay' && attachment.session.role === 'pn-gw') {
    return parts.relay().take(attachment, content)
  }
  return takeRareRecord(attachment, record, parts)
}

async function takeRareRecord(
  attachment: Attachment,
  { type, content }: ValidRecord,
  parts: RecordParts,
): Promise<void> {
  if (type === 'close') {
    await parts.durable.idle(attachment)
    attachment.close('detached')
  } else if (type === 'ping') {
    if (decodePing(content) === 'request') await attachment.send('ping', encodePing('answer'))
  } else if (type === 'control' && attachment.session.role === 'pn-gw') {
    await takeControl(attachment, content, parts)
  } else throw new InvalidMessage('not expected from this peer', `${type} record`)
}

function takeMessage(
  attachment: Attachment,
  content: Uint8Array,
  parts: RecordParts,
): Promise<void> | undefined {
  const { xml, payload } = decodeMessageContent(content)
  const message = decodeMessage(xml)
  trace('received', attachment, message, parts)
  if (message.name === 'Message') return parts.durable.put(attachment, { message, payload })
  if (payload.length > 0) throw new InvalidMessage('with a payload', message.name)
  // An Error is never answered, so that none can loop.
  if (message.name === 'Error') return undefined
  if (message.name !== 'MessageResult' && message.name !== 'Disconnect') {
    throw new InvalidMessage('not expected in a message record', message.name)
  }
  if (message.entityId !== attachment.session.entityId) {
    return answer(attachment, foreignSender(message, parts), parts)
  }
  if (message.name === 'Disconnect') return disconnect(attachment, parts)
  if (parts.delivery.acknowledgedDirectly(attachment, message)) return undefined
  return parts.durable.put(attachment, { message })
}

/** Only the entity of the session speaks in it. Design 7, M-6 */
function foreignSender({ transactionId }: CpnsMessage, { options }: ServerContext): CpnsMessage {
  return errorOf({
    ...(transactionId !== undefined && { transactionId }),
    serverEntityId: options.entityId,
    status: 403,
    detail: 'EntityID: not the entity of this session',
  })
}

async function disconnect(attachment: Attachment, { durable, ports }: RecordParts): Promise<void> {
  await durable.idle(attachment)
  await ports.store.endSession(attachment.session.sessionId)
  attachment.close('session-ended')
}

/** What a PN GW tells the server about its PNs and PNEs, and asks for them. */
async function takeControl(
  attachment: Attachment,
  content: Uint8Array,
  parts: RecordParts,
): Promise<void> {
  const message = decodeMessage(content)
  trace('received', attachment, message, parts)
  if (message.name === 'PneStatus' && message.state === 'ended') {
    if (message.entityId !== attachment.session.entityId) {
      return await sendControl(attachment, foreignSender(message, parts), parts)
    }
    // What others send meanwhile does not wait for what this PNE has sent.
    const gone = detachGone(attachment.session, message, parts)
    const full = parts.relay().beside(attachment, gone)
    if (full !== undefined) await full
    return
  }
  await sendControl(attachment, await answerControl(attachment, message, parts), parts)
}

/** The session goes on: the PNE may be back. Never rejects. */
async function detachGone(
  gateway: Session,
  status: PneStatus,
  { relay, durable }: RecordParts,
): Promise<void> {
  const gone = await relay().whenGone(gateway, status)
  if (gone === undefined) return
  await durable.idle(gone)
  gone.close('detached')
}

async function sendControl(
  attachment: Attachment,
  message: CpnsMessage,
  context: ServerContext,
): Promise<void> {
  const sent = attachment.send('control', encodeMessage(message))
  trace('sent', attachment, message, context)
  await sent
}

async function answerControl(
  { session }: Attachment,
  message: CpnsMessage,
  parts: RecordHandlerParts,
): Promise<CpnsMessage> {
  if (message.name === 'PnRegistration') return await parts.inventory.take(session, message)
  if (message.name === 'UserInfoRegistration') {
    return await answerUserInfoRegistration(session, message, parts)
  }
  throw new InvalidMessage('not expected in a control record', message.name)
}

async function answer(
  attachment: Attachment,
  message: CpnsMessage,
  context: ServerContext,
): Promise<void> {
  const content = { xml: encodeMessage(message), payload: NOTHING }
  const sent = attachment.send('message', encodeMessageContent(content))
  trace('sent', attachment, message, context)
  await sent
}

function trace(
  side: 'sent' | 'received',
  { session }: Attachment,
  message: CpnsMessage,
  { options, ports }: ServerContext,
): void {
  if (ports.trace === noTrace) return
  const [server, peer] = [options.entityId, session.entityId]
  const [from, to] = side === 'sent' ? [server, peer] : [peer, server]
  ports.trace(messageEvent(message, { point: 'CPNS-2', side, from, to, atMs: ports.clock.nowMs() }))
}
