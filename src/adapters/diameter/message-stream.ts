/**
 * The octets of one connection: cut into messages as they come, written a turn of the event loop at a time,
 * and bounded, whatever the peer does. RFC 6733 2.1
 */
import type { Socket } from 'node:net'
import { DiameterFailure } from '../../diameter/base/diameter-failure.ts'
import { createFrameSplitter } from '../../diameter/base/frame-splitter.ts'
import { concatOctets } from '../../octets/octets.ts'
import type { Clock } from '../../ports/clock.ts'
import { createDeadline, type Deadline } from './deadline.ts'

/** What the octets of one peer may take. */
export interface StreamLimits {
  /** For a message that has begun to be whole; default 10 s. */
  readonly messageTimeoutMs: number
  /** Octets that the peer has not read yet; with more, its socket is not read. Default 1 MiB. */
  readonly maxUnsentOctets: number
  /** For those octets to become fewer; then the connection ends. Default 10 s. */
  readonly unsentTimeoutMs: number
}

/** What a stream is given. */
export interface MessageStreamInput {
  /** Connected, and with TLS secure. */
  readonly socket: Socket
  readonly clock: Clock
  readonly limits: StreamLimits
  /** Takes a whole message, undecoded. A DiameterFailure that it throws ends the stream. */
  readonly onMessage: (frame: Uint8Array) => void
  /**
   * Sees what came in place of a message before the stream ends by it, and may still write. RFC 6733 7.1.5
   *
   * @param octets From where the message begins; they may be few.
   */
  readonly onBroken: (octets: Uint8Array, failure: DiameterFailure) => void
}

/** For octets that are still to be sent at the end. */
const LINGER_MS = 1000
/** Of 32 in flight a quarter: each side has work while the other one's is on its way. */
const MESSAGES_IN_A_PIECE = 8

/** One stream, from its socket to the end of it. */
export class MessageStream {
  /** Resolves with the reason when the socket is gone; no timer is left then. */
  readonly closed: Promise<string>

  readonly #input: MessageStreamInput
  readonly #socket: Socket
  readonly #splitter = createFrameSplitter()
  readonly #messageTimer: Deadline
  readonly #unsentTimer: Deadline
  readonly #lingerTimer: Deadline
  /** Whether the time of half a message is running. */
  #isCounting = false
  #isUnread = false
  /** Written in this turn of the event loop. */
  #outgoing: Uint8Array[] = []
  #outgoingOctets = 0
  #isHeld = false
  #isEnded = false
  #reason = 'the peer closed the connection'

  constructor(input: MessageStreamInput) {
    const { socket, clock } = input
    this.#input = input
    this.#socket = socket
    this.#messageTimer = createDeadline(clock, () => this.#giveUpMessage())
    this.#unsentTimer = createDeadline(clock, () => {
      this.#reason = 'a peer that does not read'
      socket.destroy()
    })
    this.#lingerTimer = createDeadline(clock, () => socket.destroy())
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isEnded = true
        this.#messageTimer.clear()
        this.#unsentTimer.clear()
        this.#lingerTimer.clear()
        resolve(this.#reason)
      })
    })
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (!this.#isEnded) this.#reason = code ?? message
    })
    socket.on('drain', () => this.#regulate())
    socket.on('data', ({ buffer, byteOffset, byteLength }: Uint8Array) =>
      this.#receive(new Uint8Array(buffer, byteOffset, byteLength)),
    )
  }

  /** Whether the peer leaves more unread than it may. */
  get isUnread(): boolean {
    const unsent = this.#socket.writableLength + this.#outgoingOctets
    return unsent > this.#input.limits.maxUnsentOctets
  }

  /**
   * Writes one message. What is written in one turn of the event loop goes out in pieces of eight messages: to
   * the socket a piece costs more than its octets, and with all in one piece the peer would stand still
   * while we work, and we while it does.
   */
  write(octets: Uint8Array): void {
    if (!this.#socket.writable) return
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush())
    this.#outgoing.push(octets)
    this.#outgoingOctets += octets.length
    if (this.#outgoing.length >= MESSAGES_IN_A_PIECE) this.#flush()
    else this.#regulate()
  }

  /** @param isHeld Whether nothing more is wanted of the peer for now. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    this.#regulate()
  }

  /** Ends the connection after what is to be sent, but not much later; what comes now is not looked at. */
  end(reason: string): void {
    const socket = this.#socket
    if (this.#isEnded) return
    this.#isEnded = true
    this.#reason = reason
    this.#messageTimer.clear()
    this.#lingerTimer.set(LINGER_MS)
    this.#flush()
    socket.destroySoon()
  }

  #flush(): void {
    if (this.#outgoing.length === 0) return
    const octets = concatOctets(...this.#outgoing)
    this.#outgoing = []
    this.#outgoingOctets = 0
    if (this.#socket.writable) this.#socket.write(octets)
    this.#regulate()
  }

  #receive(octets: Uint8Array): void {
    if (this.#isEnded) return
    try {
      const frames = this.#split(octets)
      for (const frame of frames) {
        if (!this.#isEnded) this.#input.onMessage(frame)
      }
      if (!this.#isEnded) this.#watchMessage(frames.length > 0)
    } catch (error) {
      if (!(error instanceof DiameterFailure)) throw error
      this.end(error.message)
    }
  }

  #split(octets: Uint8Array): Uint8Array[] {
    try {
      return this.#splitter.push(octets)
    } catch (error) {
      if (error instanceof DiameterFailure) this.#input.onBroken(this.#splitter.broken, error)
      throw error
    }
  }

  /** @param isNew Whether a message has ended since: what comes of the same one does not stop its time. */
  #watchMessage(isNew: boolean): void {
    const { isWaiting } = this.#splitter
    if (!isWaiting) this.#messageTimer.clear()
    else if (isNew || !this.#isCounting) {
      this.#messageTimer.set(this.#input.limits.messageTimeoutMs)
    }
    this.#isCounting = isWaiting
  }

  /** A peer is not to blame for the rest of a message that we do not read. */
  #giveUpMessage(): void {
    if (this.#socket.isPaused()) this.#messageTimer.set(this.#input.limits.messageTimeoutMs)
    else this.end('half a message')
  }

  /** Whoever does not read, or asks more than can be served, is not read either. */
  #regulate(): void {
    const { isUnread } = this
    if (isUnread && !this.#isUnread) this.#unsentTimer.set(this.#input.limits.unsentTimeoutMs)
    if (!isUnread) this.#unsentTimer.clear()
    this.#isUnread = isUnread
    if (isUnread || this.#isHeld) this.#socket.pause()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }
}
