/**
 * Attachments of one endpoint, from the attach request to the first valid record and on. Design 7: a
 * new attachment replaces the old at its first valid record, never before; anything wrong with a record
 * closes the attachment, not the session.
 */
import {
  ATTACH_NONCE_LENGTH,
  type AttachRequest,
  decodeAttachRequest,
  deriveAttachmentKeys,
  encodeAttachAnswer,
} from '../cpns/attachment.ts'
import { classifyFrame } from '../cpns/frame.ts'
import { createRecordChannel, type OpenedRecord, type RecordChannel } from '../cpns/record.ts'
import { errorMessage } from './answers.ts'
import { agreesWithArrival } from './arrival.ts'
import { createAttachment } from './attachment.ts'
import type { Attachment, AttachmentRegistry } from './attachment-registry.ts'
import type { Endpoint } from './endpoint.ts'
import type { ServerContext } from './options.ts'
import type { Session } from './server-store.ts'

/** Records of attached peers go here, one after the other. */
export type RecordHandler = (
  attachment: Attachment,
  record: Extract<OpenedRecord, { outcome: 'record' }>,
) => Promise<void>

/** Takes the binary frames of one endpoint, one after the other. */
export interface AttachmentDesk {
  /** The attachment in use, if any. */
  readonly current: Attachment | undefined
  /** Whether nothing is attached and nothing is about to be. */
  readonly isIdle: boolean
  /** @throws {InvalidMessage} If the octets are neither an attach request nor a record. */
  take(octets: Uint8Array): Promise<void>
  /** Closes what is attached. */
  close(): void
}

interface Pending {
  readonly session: Session
  readonly channel: RecordChannel
  readonly sinceMs: number
}

interface Open {
  readonly attachment: Attachment
  readonly channel: RecordChannel
}

/** Attach requests of one endpoint that wait for their first record; the oldest gives way. */
const PENDING_LIMIT = 4
const PENDING_MS = 30_000

/** One for each endpoint. */
export function createAttachmentDesk(
  endpoint: Endpoint,
  server: ServerContext & {
    readonly registry: AttachmentRegistry
    readonly handleRecord: RecordHandler
  },
): AttachmentDesk {
  const { options, ports, registry } = server
  const pending = new Map<string, Pending>()
  let open: Open | undefined
  let mayHaveLost = true

  const refuse = async (status: 401 | 409, detail: string): Promise<void> => {
    await endpoint.send(errorMessage({ serverEntityId: options.entityId, status, detail }))
  }

  const attach = async (request: AttachRequest): Promise<void> => {
    const session = await ports.store.findSession(request.sessionId, ports.clock.nowMs())
    if (session === undefined || !agreesWithArrival(session, endpoint.arrival)) {
      await refuse(401, 'no such session: authenticate again')
      return
    }
    const serverNonce = ports.random.octets(ATTACH_NONCE_LENGTH)
    const keys = deriveAttachmentKeys(session.sessionKey, {
      clientNonce: request.clientNonce,
      serverNonce,
    })
    const channel = createRecordChannel({ side: 'server', sessionId: request.sessionId, keys })
    remember({ session, channel, sinceMs: ports.clock.monotonicMs() })
    await endpoint.send(encodeAttachAnswer({ sessionId: request.sessionId, serverNonce }))
  }

  const remember = (wish: Pending): void => {
    pending.delete(wish.session.sessionId)
    const oldest = pending.keys().next()
    if (pending.size >= PENDING_LIMIT && !oldest.done) pending.delete(oldest.value)
    pending.set(wish.session.sessionId, wish)
  }

  /** The first valid record under new keys: only its sender can have the session key. */
  const promote = async (wish: Pending): Promise<Attachment> => {
    const { sessionId, entityId } = wish.session
    const taken = await ports.store.takeAttachment({ entityId, nodeId: options.nodeId, sessionId })
    const attachment = createAttachment({ ...wish, mayHaveLost }, endpoint, server)
    mayHaveLost = false
    open = { attachment, channel: wish.channel }
    registry.open(attachment)
    registry.endSessions(taken.endedSessionIds.filter((ended) => ended !== sessionId))
    return attachment
  }

  const openPending = async (sessionId: string, octets: Uint8Array): Promise<boolean> => {
    const wish = pending.get(sessionId)
    if (wish === undefined) return false
    pending.delete(sessionId)
    if (ports.clock.monotonicMs() - wish.sinceMs > PENDING_MS) return false
    const record = wish.channel.open(octets)
    if (record.outcome !== 'record') return false
    await server.handleRecord(await promote(wish), record)
    return true
  }

  const openCurrent = async (sessionId: string, octets: Uint8Array): Promise<void> => {
    if (open?.attachment.session.sessionId !== sessionId || !open.attachment.isOpen) {
      mayHaveLost = true
      await refuse(409, 'not attached: attach again')
      return
    }
    const { attachment, channel } = open
    const record = channel.open(octets)
    if (record.outcome === 'record') {
      await server.handleRecord(attachment, record)
      return
    }
    mayHaveLost = true
    attachment.close()
    await refuse(409, 'record refused: attach again')
  }

  return {
    get current() {
      return open?.attachment.isOpen ? open.attachment : undefined
    },
    get isIdle() {
      return pending.size === 0 && !open?.attachment.isOpen
    },
    async take(octets) {
      const frame = classifyFrame(octets)
      if (frame.kind === 'attach-request') return await attach(decodeAttachRequest(octets))
      if (frame.kind !== 'record') return await refuse(409, 'not expected here')
      if (await openPending(frame.sessionId, octets)) return
      await openCurrent(frame.sessionId, octets)
    },
    close() {
      pending.clear()
      open?.attachment.close()
    },
  }
}
