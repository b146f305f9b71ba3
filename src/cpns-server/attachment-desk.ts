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
import { isFirstRecord } from '../cpns/first-record.ts'
import { classifyFrame } from '../cpns/frame.ts'
import { createRecordChannel, type OpenedRecord, type RecordChannel } from '../cpns/record.ts'
import { InvalidMessage, StoreFailed } from '../errors/errors.ts'
import type { Timer } from '../ports/clock.ts'
import { encodeError } from './answers.ts'
import { type Arrival, agreesWithArrival } from './arrival.ts'
import { type AttachmentOwner, createAttachment } from './attachment.ts'
import type { Attachment, AttachmentRegistry } from './attachment-registry.ts'
import type { Endpoint } from './endpoint.ts'
import type { ServerContext } from './options.ts'
import type { Session } from './server-store.ts'

/** A record that was opened. */
export type ValidRecord = Extract<OpenedRecord, { outcome: 'record' }>

/** Records of attached peers go here, one after the other. */
export type RecordHandler = (attachment: Attachment, record: ValidRecord) => Promise<void>

/** What a desk needs of the server. */
export interface AttachmentDeskParts extends ServerContext {
  readonly registry: AttachmentRegistry
  readonly handleRecord: RecordHandler
}

interface Open {
  readonly attachment: Attachment
  readonly channel: RecordChannel
}

interface Pending {
  readonly session: Session
  readonly channel: RecordChannel
  /** Forgets it, if the first record does not come in time. */
  readonly timer: Timer
}

/** Attach requests of one endpoint that wait for their first record; the oldest gives way. */
const PENDING_LIMIT = 4
const PENDING_MS = 30_000

/** One for each endpoint; takes its binary frames one after the other. */
export class AttachmentDesk implements AttachmentOwner {
  readonly #endpoint: Endpoint
  readonly #server: AttachmentDeskParts
  /** The oldest first, each of another session. */
  #pending: readonly Pending[] = []
  #open: Open | undefined
  #freeSinceMs: number | undefined

  constructor(endpoint: Endpoint, server: AttachmentDeskParts) {
    this.#endpoint = endpoint
    this.#server = server
    this.#freeSinceMs = server.ports.clock.monotonicMs()
  }

  /** Since when nothing is attached, on the monotonic clock; `undefined` while something is. */
  get freeSinceMs(): number | undefined {
    return this.#freeSinceMs
  }

  /** Whether nothing is attached and nothing is about to be. */
  get isIdle(): boolean {
    return this.#pending.length === 0 && this.#freeSinceMs !== undefined
  }

  /**
   * Takes one frame. What cannot be stored is not answered and nothing after it is taken: the peer attaches
   * again and repeats all from there, in order. Design 8
   *
   * @throws {InvalidMessage} If the octets are neither an attach request nor a record.
   * @throws {TransportFailed} If an answer could not be sent.
   */
  async take(octets: Uint8Array): Promise<void> {
    const frame = classifyFrame(octets)
    try {
      if (frame.kind === 'attach-request') await this.#attach(decodeAttachRequest(octets))
      else if (frame.kind === 'record') await this.#takeRecord(frame.sessionId, octets)
      else throw new InvalidMessage('not expected from a client', 'frame')
    } catch (error) {
      if (!(error instanceof StoreFailed)) throw error
      this.#server.ports.log.error('frame-not-stored', {
        point: 'CPNS-2',
        reason: error.message,
      })
      this.#open?.attachment.close('detached')
      await this.#refuse(409, 'cannot be stored now: attach again')
    }
  }

  /** The endpoint is gone: closes what is attached. */
  close(): void {
    for (const { session } of this.#pending) this.#drop(session.sessionId)
    this.#open?.attachment.close('detached')
  }

  /** A former attachment, that a newer one of this desk has replaced, means nothing. */
  noteClosed(attachment: Attachment): void {
    if (this.#open?.attachment !== attachment) return
    this.#freeSinceMs = this.#server.ports.clock.monotonicMs()
  }

  async #attach({ sessionId, clientNonce }: AttachRequest): Promise<void> {
    const { clock, random, store } = this.#server.ports
    const session = await store.findSession(sessionId, clock.nowMs())
    if (session === undefined || !belongsHere(session, this.#endpoint.arrival)) {
      await this.#refuse(401, 'no such session: authenticate again')
      return
    }
    const serverNonce = random.octets(ATTACH_NONCE_LENGTH)
    const keys = deriveAttachmentKeys(session.sessionKey, { clientNonce, serverNonce })
    this.#remember(session, createRecordChannel({ side: 'server', sessionId, keys }))
    await this.#endpoint.send(encodeAttachAnswer({ sessionId, serverNonce }))
  }

  #remember(session: Session, channel: RecordChannel): void {
    const { sessionId } = session
    this.#drop(sessionId)
    const [oldest] = this.#pending
    if (this.#pending.length >= PENDING_LIMIT && oldest) this.#drop(oldest.session.sessionId)
    const timer = this.#server.ports.clock.setTimer(PENDING_MS, () => this.#drop(sessionId))
    this.#pending = [...this.#pending, { session, channel, timer }]
  }

  #drop(sessionId: string): void {
    this.#forget(sessionId)?.channel.wipe()
  }

  #forget(sessionId: string): Pending | undefined {
    const wish = this.#pending.find(({ session }) => session.sessionId === sessionId)
    wish?.timer.cancel()
    this.#pending = this.#pending.filter((other) => other !== wish)
    return wish
  }

  #takeRecord(sessionId: string, octets: Uint8Array): Promise<void> {
    const wish = isFirstRecord(octets) ? this.#forget(sessionId) : undefined
    if (wish === undefined) return this.#takeNextRecord(sessionId, octets)
    return this.#takeFirstRecord(wish, octets)
  }

  async #takeFirstRecord(wish: Pending, octets: Uint8Array): Promise<void> {
    const record = wish.channel.open(octets)
    if (record.outcome !== 'record') return await this.#refuse(409, 'record refused: attach again')
    const attachment = await this.#promote(wish)
    if (attachment === undefined) await this.#refuse(401, 'no such session: authenticate again')
    else await this.#server.handleRecord(attachment, record)
  }

  #takeNextRecord(sessionId: string, octets: Uint8Array): Promise<void> {
    const open = this.#open
    if (open?.attachment.session.sessionId !== sessionId || !open.attachment.isOpen) {
      return this.#refuse(409, 'not attached: attach again')
    }
    const record = open.channel.open(octets)
    if (record.outcome === 'record') return this.#server.handleRecord(open.attachment, record)
    open.attachment.close('detached')
    return this.#refuse(409, 'record refused: attach again')
  }

  /** The first valid record under new keys: only its sender can have the session key. */
  async #promote({ session, channel }: Pending): Promise<Attachment | undefined> {
    const { options, ports, registry } = this.#server
    const { sessionId, entityId } = session
    const attaching = { entityId, nodeId: options.nodeId, sessionId }
    const taken = await ports.store.takeAttachment(attaching, ports.clock.nowMs())
    if (taken.endedSessionIds.includes(sessionId)) {
      channel.wipe()
      return undefined
    }
    const { expiresAtMs } = taken
    const made = { session: { ...session, expiresAtMs }, channel, owner: this }
    const attachment = createAttachment(made, this.#endpoint, this.#server)
    this.#open = { attachment, channel }
    this.#freeSinceMs = undefined
    registry.open(attachment)
    return attachment
  }

  async #refuse(status: 401 | 409, detail: string): Promise<void> {
    const serverEntityId = this.#server.options.entityId
    await this.#endpoint.send(encodeError({ serverEntityId, status, detail }))
  }
}

/** Under PSK-TLS only sessions of the EUKey that goes with the TLS key can be used. Design 7 */
function belongsHere(session: Session, arrival: Arrival): boolean {
  return agreesWithArrival({ ...session, btid: session.euKeyId }, arrival)
}
