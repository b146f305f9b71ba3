/**
 * One socket of a client's link: sorts what comes in, and keeps the record channels of the attachment in
 * use and of the former one, which still receives until the new one is attached. Design 7, 8
 */
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import type { Log } from '../ports/log.ts'
import { isFirstRecord } from './first-record.ts'
import { classifyFrame } from './frame.ts'
import type { OpenedRecord, RecordChannel, RecordType } from './record.ts'
import { decodeCloseContent, decodePing, encodePing } from './record-content.ts'
import { createSignalQueue, type SignalQueue } from './signal-queue.ts'

/** What the link waits for. */
export type LinkSignal =
  | { readonly kind: 'text'; readonly octets: Uint8Array }
  | { readonly kind: 'attach-answer'; readonly octets: Uint8Array }
  /** The first valid record under the newest channel. */
  | { readonly kind: 'attached' }
  /** A record was refused here, or the server closed the attachment. */
  | { readonly kind: 'attach-again' }
  /** The server ended the session. */
  | { readonly kind: 'authenticate-again' }
  | { readonly kind: 'closed' }

/** Records that are the business of whoever uses the link. */
export type LinkRecordHandler = (
  type: Exclude<RecordType, 'ping' | 'close'>,
  content: Uint8Array,
) => Promise<void>

/** What a connection needs. */
export interface LinkConnectionPorts {
  readonly clock: Clock
  readonly log: Log
  /** `InvalidMessage` of it concerns one record; any other error ends the connection. */
  readonly handleRecord: LinkRecordHandler
}

/**
 * One socket. It is read from the start, one record handled after the other; what cannot be sent shows as
 * the signal `closed`.
 */
export class LinkConnection {
  readonly #socket: FrameSocket
  readonly #ports: LinkConnectionPorts
  readonly #signals: SignalQueue<LinkSignal>
  #newest: Used | undefined
  #former: Used | undefined
  #heardAtMs: number

  constructor(socket: FrameSocket, ports: LinkConnectionPorts) {
    this.#socket = socket
    this.#ports = ports
    this.#signals = createSignalQueue(ports.clock)
    this.#heardAtMs = ports.clock.monotonicMs()
    void this.#read()
  }

  /** When the last valid record came, on the monotonic clock. */
  get heardAtMs(): number {
    return this.#heardAtMs
  }

  /** The next signal, or `undefined` after `timeoutMs`. */
  next(timeoutMs?: number): Promise<LinkSignal | undefined> {
    return this.#signals.next(timeoutMs)
  }

  /** A handshake message. */
  sendText(octets: Uint8Array): void {
    this.#send('text', octets)
  }

  /** An attach request. */
  sendBinary(octets: Uint8Array): void {
    this.#send('binary', octets)
  }

  /** From now on records are sealed here; the former channel receives until the first record of this. */
  use(sessionId: string, channel: RecordChannel): void {
    const [kept, dropped] = this.#newest?.hasReceived
      ? [this.#newest, this.#former]
      : [this.#former, this.#newest]
    dropped?.channel.wipe()
    this.#former = kept
    this.#newest = { sessionId, channel, hasReceived: false }
  }

  /**
   * Seals and sends in one step, so that records leave in the order of their sequence numbers.
   *
   * @returns Resolves when the socket can take more.
   * @throws {TransportFailed} If nothing is attached, or the connection has ended.
   */
  async sendRecord(type: RecordType, content: Uint8Array): Promise<void> {
    const channel = this.#newest?.channel
    if (channel === undefined || channel.isClosed) throw new TransportFailed('not attached')
    await this.#socket.send({ kind: 'binary', octets: channel.seal(type, content) })
  }

  close(reason?: string): void {
    this.#socket.close(reason)
  }

  #send(kind: 'text' | 'binary', octets: Uint8Array): void {
    this.#socket.send({ kind, octets }).catch(() => this.#socket.close())
  }

  async #read(): Promise<void> {
    const socket = this.#socket
    try {
      for (let frame = await socket.receive(); frame; frame = await socket.receive()) {
        if (frame.kind === 'text') this.#signals.push({ kind: 'text', octets: frame.octets })
        else await this.#takeBinary(frame.octets)
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown'
      this.#ports.log.warn('connection-given-up', { reason })
      socket.close('protocol error')
    } finally {
      this.#signals.end({ kind: 'closed' })
    }
  }

  async #takeBinary(octets: Uint8Array): Promise<void> {
    const frame = classifyFrame(octets)
    if (frame.kind === 'attach-answer') this.#signals.push({ kind: 'attach-answer', octets })
    if (frame.kind !== 'record') return
    try {
      await this.#takeRecord(frame.sessionId, octets)
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error
      this.#ports.log.warn('record-not-understood', { reason: error.message })
    }
  }

  async #takeRecord(sessionId: string, octets: Uint8Array): Promise<void> {
    const used = this.#channelFor(sessionId, octets)
    if (used === undefined || used.channel.isClosed) return
    const record = used.channel.open(octets)
    if (record.outcome === 'record') {
      this.#noteHeard(used)
      await this.#act(used, record)
    } else if (used === this.#newest) this.#signals.push({ kind: 'attach-again' })
  }

  /** A record of neither channel is of an attachment that is over: it says nothing. */
  #channelFor(sessionId: string, octets: Uint8Array): Used | undefined {
    const newest = this.#newest
    const isNewest =
      newest?.sessionId === sessionId && (newest.hasReceived || isFirstRecord(octets))
    if (isNewest) return newest
    return this.#former?.sessionId === sessionId ? this.#former : undefined
  }

  #noteHeard(used: Used): void {
    this.#heardAtMs = this.#ports.clock.monotonicMs()
    if (used.hasReceived) return
    used.hasReceived = true
    this.#former?.channel.wipe()
    this.#former = undefined
    this.#signals.push({ kind: 'attached' })
  }

  async #act(used: Used, { type, content }: ValidRecord): Promise<void> {
    if (type === 'close') {
      const kind = decodeCloseContent(content) === 410 ? 'authenticate-again' : 'attach-again'
      if (used === this.#newest) this.#signals.push({ kind })
    } else if (type === 'ping') {
      if (decodePing(content) === 'request') this.sendRecord('ping', PONG).catch(() => {})
    } else await this.#ports.handleRecord(type, content)
  }
}

interface Used {
  readonly sessionId: string
  readonly channel: RecordChannel
  hasReceived: boolean
}

type ValidRecord = Extract<OpenedRecord, { outcome: 'record' }>

const PONG = encodePing('answer')
