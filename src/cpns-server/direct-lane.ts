/**
 * Messages that their recipient gets before anything of them is stored. Design 8: an online recipient may be
 * served without the store, 200 after its acknowledgement, else store and 202. Either nothing waits in the
 * mailbox of the recipient and all is in hand here, or nothing is in hand here: so order is kept, since
 * whoever stores a message stores before it what is in hand.
 */
import type { Status } from '../cpns/status.ts'
import type { Clock, Timer } from '../ports/clock.ts'
import { type DeliveryLane, type Handover, type MessageKey, textOf } from './delivery-lane.ts'
import type { MailboxMessage } from './server-store.ts'
import type { Settled } from './services.ts'

/** A message that is not stored, and how its sender is answered. */
export interface DirectMessage {
  readonly message: MailboxMessage
  /** Called once, unless `fail` is: 200, or what became of storing it. */
  answer(status: Status): void
  /** It could not be stored: its sender is not answered, and sends it again. */
  fail(error: unknown): void
}

/** What a lane needs. */
export interface DirectLaneParts {
  /** How many messages may wait for their acknowledgement. */
  readonly window: number
  /** Hands one message to the recipient. Throws if there is no way to it now. */
  readonly transmit: (message: MailboxMessage) => Promise<Handover>
  /** Goes on with what is stored after all. */
  readonly stored: Pick<DeliveryLane, 'adopt' | 'conclude' | 'isClear' | 'lose' | 'wake'>
  /** A message was acknowledged; the application wants to be told when that is durable. */
  readonly acknowledged: (direct: DirectMessage, settled: Settled | undefined) => void
  /** Makes messages durable, in order, and answers them; this lane knows nothing of them any more. */
  readonly store: (messages: readonly DirectMessage[]) => void
  readonly clock: Clock
}

interface InHand {
  readonly direct: DirectMessage
  /** On the monotonic clock. */
  readonly sinceMs: number
  isHandedOver: boolean
}

/** What the recipient does not acknowledge in this time is stored, and its sender answered with 202. */
const ACKNOWLEDGE_MS = 500
/** How much may be in hand; then senders wait. */
const MESSAGES_LIMIT = 256
const OCTETS_LIMIT = 1024 * 1024

/** One recipient's. */
export class DirectLane {
  readonly #parts: DirectLaneParts
  /** By `textOf`, oldest first. */
  #inHand = new Map<string, InHand>()
  /** Those that are not handed over yet. */
  #queue: InHand[] = []
  #handedOver = 0
  #octets = 0
  #roomWaiters: (() => void)[] = []
  #timer: Timer | undefined
  #isHanding = false
  #isStopped = false

  constructor(parts: DirectLaneParts) {
    this.#parts = parts
  }

  /** Whether a message may be put into hand: nothing is stored that it would pass. */
  get isOpen(): boolean {
    return !this.#isStopped && this.#parts.stored.isClear
  }

  /** Whether a sender is to wait for `whenRoom`. */
  get isFull(): boolean {
    return this.#inHand.size >= MESSAGES_LIMIT || this.#octets >= OCTETS_LIMIT
  }

  /** Resolves when there is room, or nothing is in hand any more: soon, since what is old is stored. */
  whenRoom(): Promise<void> {
    if (!this.isFull) return Promise.resolve()
    return new Promise((resolve) => this.#roomWaiters.push(resolve))
  }

  /** Takes a message into hand; `isOpen` says whether that may be. */
  take(direct: DirectMessage): void {
    const entry = { direct, sinceMs: this.#parts.clock.monotonicMs(), isHandedOver: false }
    this.#inHand.set(textOf(direct.message), entry)
    this.#octets += direct.message.payload.length
    this.#queue.push(entry)
    this.#watch()
    if (!this.#isHanding) void this.#handAll()
  }

  /** The recipient's answer. @returns Whether such a message was in hand. */
  acknowledged(key: MessageKey, status: number): boolean {
    const entry = this.#inHand.get(textOf(key))
    if (entry === undefined || !entry.isHandedOver) return false
    if (status === 200) this.#settle(entry, undefined)
    else {
      this.#storeAll()
      this.#parts.stored.conclude(entry.direct.message, 'refused')
    }
    return true
  }

  /** All that is in hand, oldest first: to be stored before anything else of this recipient is. */
  takeBack(): readonly DirectMessage[] {
    const entries = [...this.#inHand.values()]
    this.#inHand = new Map()
    this.#queue = []
    this.#handedOver = 0
    this.#octets = 0
    this.#timer?.cancel()
    this.#timer = undefined
    for (const { direct, isHandedOver } of entries) {
      if (isHandedOver) this.#parts.stored.adopt(direct.message)
    }
    this.#letIn()
    return entries.map(({ direct }) => direct)
  }

  /** The recipient has gone: what is in hand is stored. */
  stop(): void {
    this.#isStopped = true
    this.#storeAll()
  }

  async #handAll(): Promise<void> {
    this.#isHanding = true
    while (this.#handedOver < this.#parts.window) {
      const entry = this.#queue.shift()
      if (entry === undefined) break
      await this.#hand(entry)
    }
    this.#isHanding = false
  }

  async #hand(entry: InHand): Promise<void> {
    const { message } = entry.direct
    entry.isHandedOver = true
    this.#handedOver += 1
    try {
      this.#conclude(entry, await this.#parts.transmit(message))
    } catch (error) {
      if (this.#holds(entry)) this.#storeAll()
      this.#parts.stored.lose(message, error)
    }
  }

  #conclude(entry: InHand, handover: Handover): void {
    if (handover === 'sent') return
    if (handover === 'refused') {
      if (this.#holds(entry)) this.#storeAll()
      this.#parts.stored.conclude(entry.direct.message, handover)
    } else if (this.#holds(entry)) this.#settle(entry, handover.acknowledged)
    else this.#parts.stored.conclude(entry.direct.message, handover)
  }

  #holds(entry: InHand): boolean {
    return this.#inHand.get(textOf(entry.direct.message)) === entry
  }

  #settle({ direct }: InHand, settled: Settled | undefined): void {
    this.#inHand.delete(textOf(direct.message))
    this.#handedOver -= 1
    this.#octets -= direct.message.payload.length
    this.#parts.acknowledged(direct, settled)
    direct.answer(200)
    this.#letIn()
    if (!this.#isHanding && this.#queue.length > 0) void this.#handAll()
  }

  #storeAll(): void {
    const messages = this.takeBack()
    if (messages.length > 0) this.#parts.store(messages)
  }

  #letIn(): void {
    if (this.#roomWaiters.length === 0 || this.isFull) return
    const waiters = this.#roomWaiters
    this.#roomWaiters = []
    for (const resume of waiters) resume()
  }

  #watch(): void {
    if (this.#timer !== undefined) return
    const oldest = this.#inHand.values().next()
    if (oldest.done) return
    const { clock } = this.#parts
    const leftMs = oldest.value.sinceMs + ACKNOWLEDGE_MS - clock.monotonicMs()
    this.#timer = clock.setTimer(Math.max(0, leftMs), () => {
      this.#timer = undefined
      this.#look()
    })
  }

  #look(): void {
    const oldest = this.#inHand.values().next()
    if (oldest.done) return
    const ageMs = this.#parts.clock.monotonicMs() - oldest.value.sinceMs
    if (ageMs >= ACKNOWLEDGE_MS) this.#storeAll()
    else this.#watch()
  }
}
