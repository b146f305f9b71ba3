/** One local socket of a PN GW: the PNE that it speaks for, its exchanges and its sessions. Design 7 */
import { frameOf } from '../cpns/frame.ts'
import type { PneStatus } from '../cpns/messages.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Clock, Timer } from '../ports/clock.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'

/** Frames queued for one PNE; one that takes none of them is cut off, its messages wait at the server. */
const QUEUE_LIMIT = 256
/** Exchanges that one socket may have open; the oldest gives way. */
const EXCHANGE_LIMIT = 8
/** A socket without attachment is closed after so long. Design 7 */
const UNADMITTED_MS = 30_000

/** What carries a line. */
export interface LineWay {
  /** Without TLS, which only this machine can do: neither assignment nor trigger. Design 7 */
  readonly plain?: boolean
}

/** One socket. */
export class PneLine {
  /** Whether it has no TLS. */
  readonly isPlain: boolean
  readonly #socket: FrameSocket
  readonly #clock: Clock
  /** TransactionIDs of the exchanges that this socket carries. */
  readonly #exchanges = new Set<string>()
  /** Sessions that the server admitted, and when they end on the monotonic clock. */
  readonly #admitted = new Map<string, number>()
  /** What to call when the socket closes; no promise of its own, which would keep every one for good. */
  readonly #onClosed = new Set<() => void>()
  #pne: EntityId | undefined
  #queued = 0
  #isClosed = false
  #watch: Timer | undefined

  constructor(socket: FrameSocket, clock: Clock, { plain = false }: LineWay = {}) {
    this.isPlain = plain
    this.#socket = socket
    this.#clock = clock
    this.#watchOver()
    void socket.closed.then(() => this.#noteClosed())
  }

  /** Set by the first handshake message: a socket speaks for one PNE. */
  get pne(): EntityId | undefined {
    return this.#pne
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Resolves when the socket has closed. */
  get whenClosed(): Promise<void> {
    return this.#socket.closed
  }

  /** Resolves with the work, or when the socket has closed. @throws As the work. */
  unlessClosed(work: Promise<void>): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#onClosed.add(resolve)
      work.then(resolve, reject).finally(() => this.#onClosed.delete(resolve))
    })
  }

  /** The PNE says who it is. */
  speakFor(pne: EntityId): void {
    this.#pne = pne
  }

  /** Notes an exchange of a PNE. */
  carry(pne: EntityId, transactionId: string): void {
    this.speakFor(pne)
    this.#exchanges.add(transactionId)
    const oldest = this.#exchanges.values().next()
    if (this.#exchanges.size > EXCHANGE_LIMIT && !oldest.done) this.#exchanges.delete(oldest.value)
  }

  /** Whether an exchange came this way. */
  carries(transactionId: string): boolean {
    return this.#exchanges.has(transactionId)
  }

  /** What the server says of one session; it is admitted only where its exchange came from. */
  noteStatus({ transactionId, sessionId, state, secondsLeft }: PneStatus): void {
    this.#forgetEnded()
    if (state === 'ended') this.#admitted.delete(sessionId)
    else if (this.carries(transactionId)) {
      this.#admitted.set(sessionId, this.#clock.monotonicMs() + secondsLeft * 1000)
    }
    if (!this.#isClosed) this.#watchOver()
  }

  /** Whether attach frames and records of a session may pass. */
  isAdmitted(sessionId: string): boolean {
    return (this.#admitted.get(sessionId) ?? 0) > this.#clock.monotonicMs()
  }

  /** Sessions whose attach frames and records may pass. */
  get admittedSessions(): readonly string[] {
    return Array.from(this.#admitted.keys()).filter((sessionId) => this.isAdmitted(sessionId))
  }

  /** Whether those of any session may. */
  get isAdmittedAtAll(): boolean {
    return this.admittedSessions.length > 0
  }

  /** Sends in order, without waiting for the PNE. */
  send(octets: Uint8Array): void {
    if (this.#queued >= QUEUE_LIMIT) {
      this.close('too slow')
      return
    }
    this.#queued += 1
    const done = (): void => {
      this.#queued -= 1
    }
    this.#socket.send(frameOf(octets)).then(done, done)
  }

  /** Safe to call twice. */
  close(reason: string): void {
    this.#noteClosed()
    this.#socket.close(reason)
  }

  #noteClosed(): void {
    this.#isClosed = true
    this.#watch?.cancel()
    for (const resolve of this.#onClosed) resolve()
    this.#onClosed.clear()
  }

  /** Closes the socket when no session has been admitted for a while. */
  #watchOver(): void {
    this.#watch?.cancel()
    const nowMs = this.#clock.monotonicMs()
    const admittedUntilMs = Math.max(nowMs, ...this.#admitted.values())
    const leftMs = admittedUntilMs + UNADMITTED_MS - nowMs
    this.#watch = this.#clock.setTimer(leftMs, () => this.close('not admitted'))
  }

  /** A PNE that makes sessions and never uses them must not fill the map. */
  #forgetEnded(): void {
    for (const sessionId of this.#admitted.keys()) {
      if (!this.isAdmitted(sessionId)) this.#admitted.delete(sessionId)
    }
  }
}
