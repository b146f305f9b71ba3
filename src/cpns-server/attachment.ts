/** One attachment of the server's side: seals what leaves, ends with its session. Design 7 */
import type { RecordChannel, RecordType } from '../cpns/record.ts'
import { encodeCloseContent } from '../cpns/record-content.ts'
import { TransportFailed } from '../errors/errors.ts'
import type { Timer } from '../ports/clock.ts'
import { encodeError } from './answers.ts'
import type { Attachment, AttachmentEnd, AttachmentRegistry } from './attachment-registry.ts'
import type { Endpoint } from './endpoint.ts'
import type { ServerContext } from './options.ts'
import type { Session } from './server-store.ts'

/** Who has made an attachment, and hears that it has closed. */
export interface AttachmentOwner {
  noteClosed(attachment: Attachment): void
}

/** What an attachment is made of. */
export interface AttachmentParts extends ServerContext {
  readonly registry: AttachmentRegistry
}

/** @param made.channel Its keys leave with the attachment. */
export function createAttachment(
  made: {
    readonly session: Session
    readonly channel: RecordChannel
    readonly owner?: AttachmentOwner
  },
  endpoint: Endpoint,
  server: AttachmentParts,
): Attachment {
  return new OwnedAttachment(made, endpoint, server)
}

/** A class and not closures, and a latch only for who asks: a server has one for each session. */
class OwnedAttachment implements Attachment {
  readonly session: Session
  readonly #channel: RecordChannel
  readonly #owner: AttachmentOwner | undefined
  readonly #endpoint: Endpoint
  readonly #server: AttachmentParts
  #endsAtMs: number
  #isOpen = true
  #timer: Timer | undefined
  #closed: Latch | undefined

  constructor(
    { session, channel, owner }: Parameters<typeof createAttachment>[0],
    endpoint: Endpoint,
    server: AttachmentParts,
  ) {
    this.session = session
    this.#channel = channel
    this.#owner = owner
    this.#endpoint = endpoint
    this.#server = server
    this.#endsAtMs = session.expiresAtMs
    this.#watchTheEnd()
  }

  get remoteAddress(): string {
    return this.#endpoint.arrival.remoteAddress
  }

  get isOpen(): boolean {
    return this.#isOpen && this.#server.ports.clock.nowMs() < this.#endsAtMs
  }

  get whenClosed(): Promise<void> {
    this.#closed ??= createLatch()
    if (!this.#isOpen) this.#closed.open()
    return this.#closed.opened
  }

  async ready(): Promise<void> {
    if (!this.#endpoint.isReady) await this.#endpoint.ready(this.whenClosed)
  }

  async send(type: RecordType, content: Uint8Array): Promise<void> {
    if (!this.isOpen || !this.#endpoint.isReady) {
      throw new TransportFailed('the attachment is not open')
    }
    await this.#endpoint.send(this.#channel.seal(type, content))
  }

  endNoLaterThan(atMs: number): void {
    this.#endsAtMs = Math.min(this.#endsAtMs, atMs)
    this.#watchTheEnd()
  }

  interrupt(detail: string): void {
    this.close('detached')
    const serverEntityId = this.#server.options.entityId
    this.#endpoint.send(encodeError({ serverEntityId, status: 409, detail })).catch(() => {})
  }

  close(end: AttachmentEnd): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#timer?.cancel()
    if (end === 'session-ended' && !this.#channel.isClosed) this.#tellPeer()
    this.#channel.wipe()
    this.#server.registry.forget(this, end)
    this.#owner?.noteClosed(this)
    this.#closed?.open()
  }

  #watchTheEnd(): void {
    const { clock } = this.#server.ports
    this.#timer?.cancel()
    this.#timer = clock.setTimer(this.#endsAtMs - clock.nowMs(), () => this.close('session-ended'))
  }

  #tellPeer(): void {
    if (!this.#endpoint.isReady) return
    // Whoever does not hear it is refused when it sends the next record.
    this.#endpoint.send(this.#channel.seal('close', encodeCloseContent(410))).catch(() => {})
  }
}

/** A promise and what resolves it. */
interface Latch {
  readonly opened: Promise<void>
  readonly open: () => void
}

function createLatch(): Latch {
  const resolvers: (() => void)[] = []
  const opened = new Promise<void>((resolve) => resolvers.push(resolve))
  return {
    opened,
    open: () => {
      for (const resolve of resolvers) resolve()
    },
  }
}
