/**
 * What a PNE has sent and has no final answer to. Design 8: the sender repeats the same MessageID until
 * 200 or 202 or expiry, and order is kept: what is unanswered when the link comes up is sent again from
 * the oldest message on, so the server always has a first part of what was sent, without holes.
 */
import type { MessageResult } from '../cpns/messages.ts'
import type { Status } from '../cpns/status.ts'
import { TransportFailed } from '../errors/errors.ts'
import type { Clock, Timer } from '../ports/clock.ts'

/** A message to send. */
export interface OutgoingMessage {
  readonly messageId: string
  readonly to: string
  readonly contentType: string
  readonly payload: Uint8Array
  /** Seconds until it is worthless. */
  readonly expires: number
}

/**
 * Sends one message once, at once. `TransportFailed` means that it cannot be done now and the message is
 * sent again later; any other error is about the message, or final.
 */
export type Transmit = (message: OutgoingMessage, secondsLeft: number) => Promise<void>

interface Waiting {
  readonly message: OutgoingMessage
  /** On the monotonic clock. */
  readonly expiresAtMs: number
  resolve(status: Status): void
  reject(error: unknown): void
  /** When it goes once more, on the monotonic clock. */
  dueAtMs: number
  /** While the way has not yet taken the last copy, or refused it; never rejects. */
  leaving: Promise<void> | undefined
}

/** What is told of a MessageResult. */
type Answer = Pick<MessageResult, 'messageId' | 'status' | 'retryAfter'>

/** How long an answer may take before the message is repeated. */
const REPEAT_MS = 10_000
/** Statuses after which repeating helps. M-6 */
const TRANSIENT: ReadonlySet<Status> = new Set([429, 500, 503])
const TRANSIENT_MS = 1_000

/**
 * To one recipient nothing is sent for a while, then its oldest message alone: only when that is taken the
 * others follow, so that nothing overtakes and a full mailbox costs one message a turn. M-6
 */
interface GoingBack {
  /** Running until the oldest message goes again. */
  timer: Timer | undefined
  probe: Waiting | undefined
}

/** Keeps messages until they are answered. */
export class Outbox {
  readonly #transmit: Transmit
  readonly #clock: Clock
  readonly #waiting = new Map<string, Waiting>()
  /** By recipient. */
  readonly #goingBack = new Map<string, GoingBack>()
  /** Nothing leaves until what met the end of the former link has come back, so that nothing overtakes it. */
  #isHeld = false
  #links = 0
  /** One for all, because nearly every message is answered long before it is due. */
  #timer: { readonly atMs: number; readonly timer: Timer } | undefined

  constructor(transmit: Transmit, clock: Clock) {
    this.#transmit = transmit
    this.#clock = clock
  }

  /**
   * Sends, and again as needed.
   *
   * @returns The server's status; 408 if the message expired unanswered.
   * @throws {RangeError} If a message of this MessageID is under way, or this one is out of its limits.
   * @throws {Error} As `rejectAll` or the way says.
   */
  send(message: OutgoingMessage): Promise<Status> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.has(message.messageId)) {
        reject(new RangeError('a message of this MessageID is under way'))
        return
      }
      const expiresAtMs = this.#clock.monotonicMs() + message.expires * 1000
      const entry = { message, expiresAtMs, resolve, reject, dueAtMs: 0, leaving: undefined }
      this.#waiting.set(message.messageId, entry)
      this.#attempt(entry)
    })
  }

  /** The server answered. */
  answered({ messageId, status, retryAfter }: Answer): void {
    const entry = this.#waiting.get(messageId)
    if (entry === undefined) return
    if (TRANSIENT.has(status)) {
      this.#goBack(entry.message.to, Math.max(TRANSIENT_MS, (retryAfter ?? 0) * 1000))
    } else {
      this.#settle(entry)
      entry.resolve(status)
    }
  }

  /** The link is up again: what is unanswered is sent again, in order. */
  repeatAll(): void {
    this.#stopGoingBack()
    const leaving = Array.from(this.#waiting.values()).flatMap((entry) => entry.leaving ?? [])
    this.#links += 1
    this.#isHeld = leaving.length > 0
    if (this.#isHeld) void this.#attemptAllAfter(leaving, this.#links)
    else this.#attemptAll()
  }

  /** Gives up all that waits. */
  rejectAll(error: Error): void {
    this.#stopGoingBack()
    for (const entry of Array.from(this.#waiting.values())) {
      this.#settle(entry)
      entry.reject(error)
    }
  }

  async #attemptAllAfter(leaving: readonly Promise<void>[], link: number): Promise<void> {
    await Promise.all(leaving)
    if (link !== this.#links) return
    this.#isHeld = false
    this.#attemptAll()
  }

  #attemptAll(): void {
    for (const entry of Array.from(this.#waiting.values())) this.#attempt(entry)
  }

  #attempt(entry: Waiting): void {
    const leftMs = entry.expiresAtMs - this.#clock.monotonicMs()
    if (leftMs <= 0) {
      this.#settle(entry)
      entry.resolve(408)
      return
    }
    const repeatMs = Math.min(REPEAT_MS, leftMs)
    entry.dueAtMs = entry.expiresAtMs - leftMs + repeatMs
    this.#wakeAt(entry.dueAtMs)
    // While going back, a later message must not overtake the one that could not be taken.
    const back = this.#goingBack.get(entry.message.to)
    const mayLeave = !this.#isHeld && entry.leaving === undefined
    if (mayLeave && (back === undefined || back.probe === entry)) {
      entry.leaving = this.#transmitOnce(entry, leftMs).finally(() => {
        entry.leaving = undefined
      })
    }
  }

  #wakeAt(atMs: number): void {
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return
    this.#timer?.timer.cancel()
    const delayMs = Math.max(0, atMs - this.#clock.monotonicMs())
    this.#timer = { atMs, timer: this.#clock.setTimer(delayMs, () => this.#repeatDue(atMs)) }
  }

  #repeatDue(atMs: number): void {
    this.#timer = undefined
    for (const entry of Array.from(this.#waiting.values())) {
      if (entry.dueAtMs <= atMs) this.#attempt(entry)
      else this.#wakeAt(entry.dueAtMs)
    }
  }

  async #transmitOnce(entry: Waiting, leftMs: number): Promise<void> {
    try {
      await this.#transmit(entry.message, Math.ceil(leftMs / 1000))
    } catch (error) {
      if (error instanceof TransportFailed) return
      this.#settle(entry)
      entry.reject(error)
    }
  }

  #settle(entry: Waiting): void {
    this.#waiting.delete(entry.message.messageId)
    if (this.#waiting.size === 0) {
      this.#timer?.timer.cancel()
      this.#timer = undefined
    }
    const { to } = entry.message
    if (this.#goingBack.get(to)?.probe !== entry) return
    this.#goingBack.delete(to)
    for (const next of this.#waitingFor(to)) this.#attempt(next)
  }

  #goBack(to: string, ms: number): void {
    const back = this.#goingBack.get(to) ?? { timer: undefined, probe: undefined }
    this.#goingBack.set(to, back)
    back.probe = undefined
    back.timer ??= this.#clock.setTimer(ms, () => this.#probe(to, back))
  }

  #probe(to: string, back: GoingBack): void {
    back.timer = undefined
    const [oldest] = this.#waitingFor(to)
    if (oldest === undefined) this.#goingBack.delete(to)
    else {
      back.probe = oldest
      this.#attempt(oldest)
    }
  }

  /** Oldest first. */
  #waitingFor(to: string): readonly Waiting[] {
    return [...this.#waiting.values()].filter(({ message }) => message.to === to)
  }

  #stopGoingBack(): void {
    for (const { timer } of this.#goingBack.values()) timer?.cancel()
    this.#goingBack.clear()
  }
}
