/**
 * Delivers what waits for one recipient, in order of acceptance, so that messages are first in, first
 * out per (From, To). Design 8: the mailbox row is the truth and goes only when the recipient has
 * acknowledged; a hint only wakes the lane. What no hint told of is found by the one look at the store that
 * all lanes share, so a lane for which nothing waits costs nothing.
 */
import type { Clock, Timer } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { MailboxMessage, ServerStore } from './server-store.ts'

/** Names one message at its recipient. */
export interface MessageKey {
  readonly from: string
  readonly messageId: string
}

/** What became of a message that was handed over. */
export type Handover =
  /** The acknowledgement follows. */
  | 'sent'
  /** That was the acknowledgement too; who is told when it is durable, or could not be stored. */
  | { readonly acknowledged: (isDurable: boolean) => void }
  /** The recipient could not handle it: it comes again later, and before the later ones of its sender. */
  | 'refused'

/** What a lane needs. */
export interface DeliveryLaneParts {
  readonly to: string
  /** How many messages may wait for their acknowledgement. */
  readonly window: number
  /** How many are read at once, if more than may wait for their acknowledgement; default `window`. */
  readonly readAhead?: number
  /** Hands one message to the recipient. Throws if there is no way to it now. */
  readonly transmit: (message: MailboxMessage) => Promise<Handover>
  readonly store: Pick<ServerStore, 'waitingMessages' | 'acknowledgeMessage'>
  readonly clock: Clock
  readonly log: Log
}

/** How often it is looked whether what was sent has expired, and makes room. */
const EXPIRY_LOOK_MS = 5_000
const FIRST_RETRY_MS = 2_000
const LONGEST_RETRY_MS = 60_000
/** Acknowledgements that share a commit; so many come again at most if the server is killed. */
const SETTLING_LIMIT = 16

/** One recipient's lane; starts at the oldest message that waits, when it is woken first. */
export class DeliveryLane {
  readonly #parts: DeliveryLaneParts
  /** Sent and not yet acknowledged, with their expiry in UTC milliseconds. */
  readonly #outstanding = new Map<string, number>()
  /** Senders whose messages wait for one that was refused. */
  readonly #held = new Set<string>()
  /** Acknowledged, and not yet durably so. */
  readonly #settling = new Set<string>()
  #afterPosition = 0
  /** How often it has started over: what was read before that is read again. */
  #round = 0
  #retryMs = FIRST_RETRY_MS
  #retry: Timer | undefined
  #expiryLook: Timer | undefined
  #isResting = false
  #isRunning = false
  #isWanted = false
  #isStopped = false
  /** Whether the store was asked, and there was nothing more. */
  #isDrained = false

  constructor(parts: DeliveryLaneParts) {
    this.#parts = parts
  }

  /** Whether nothing waits, is under way or held back, as far as is known here. */
  get isClear(): boolean {
    const isAtWork = this.#isRunning || this.#isWanted || this.#isResting || this.#isStopped
    const inHand = this.#outstanding.size + this.#settling.size + this.#held.size
    return this.#isDrained && !isAtWork && inHand === 0
  }

  /** A message that was handed over by another way is being stored; its acknowledgement follows here. */
  adopt(message: MailboxMessage): void {
    this.#outstanding.set(textOf(message), message.expiresAtMs)
    this.#scheduleExpiryLook()
  }

  /** What became of one that was adopted. */
  conclude(message: MailboxMessage, handover: Handover): void {
    void this.#take(message, handover).then(() => this.wake())
  }

  /** One that was adopted could not be handed over. */
  lose(message: MailboxMessage, error: unknown): void {
    this.#outstanding.delete(textOf(message))
    this.#interrupt(error)
  }

  /** Something may be waiting. */
  wake(): void {
    this.#isWanted = true
    if (!this.#isRunning && !this.#isResting && !this.#isStopped) void this.#run()
  }

  /** The recipient handled a message (200), or could not (any other status): then it comes again. */
  async acknowledged(key: MessageKey, status: number): Promise<void> {
    if (status === 200) await this.#settle(key)
    else if (this.#outstanding.has(textOf(key))) this.#hold(key)
    this.wake()
  }

  /** Delivers nothing any more. */
  stop(): void {
    this.#isStopped = true
    this.#expiryLook?.cancel()
    this.#retry?.cancel()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    try {
      while (this.#isWanted && !this.#isStopped) {
        this.#isWanted = false
        await this.#drain()
      }
    } catch (error) {
      this.#interrupt(error)
    } finally {
      this.#isRunning = false
    }
    this.#scheduleExpiryLook()
  }

  #interrupt(error: unknown): void {
    const reason = error instanceof Error ? error.message : 'unknown'
    this.#parts.log.warn('delivery-interrupted', { to: this.#parts.to, reason })
    this.#isResting = true
    this.#scheduleRetry()
  }

  async #drain(): Promise<void> {
    const { clock, store, to, window, readAhead = 0 } = this.#parts
    this.#forgetExpired()
    while (!this.#isStopped && !this.#isResting && this.#outstanding.size < window) {
      const limit = Math.max(window - this.#outstanding.size, readAhead)
      const query = { to, afterPosition: this.#afterPosition, limit, nowMs: clock.nowMs() }
      const messages = await store.waitingMessages(query)
      this.#isDrained = messages.length === 0
      if (this.#isDrained) return
      await this.#deliverAll(messages)
    }
  }

  async #deliverAll(messages: readonly MailboxMessage[]): Promise<void> {
    const round = this.#round
    for (const message of messages) {
      const isFull = this.#outstanding.size >= this.#parts.window
      if (isFull || this.#isStopped || this.#round !== round) return
      await this.#deliver(message)
      // What was refused meanwhile comes again before all that is younger.
      if (this.#round === round) this.#afterPosition = message.position
    }
  }

  async #deliver(message: MailboxMessage): Promise<void> {
    // It may have expired since it was read.
    if (message.expiresAtMs <= this.#parts.clock.nowMs()) return
    const key = textOf(message)
    const isInHand = this.#outstanding.has(key) || this.#settling.has(key)
    if (!isInHand && !this.#held.has(message.from)) {
      this.#outstanding.set(key, message.expiresAtMs)
      await this.#take(message, await this.#transmit(message, key))
    }
  }

  async #take(message: MailboxMessage, handover: Handover): Promise<void> {
    if (handover === 'refused') this.#hold(message)
    else if (handover !== 'sent') await this.#conclude(message, handover.acknowledged)
  }

  async #transmit(message: MailboxMessage, key: string): Promise<Handover> {
    try {
      return await this.#parts.transmit(message)
    } catch (error) {
      this.#outstanding.delete(key)
      throw error
    }
  }

  /** The next message need not wait for the commit of this one's acknowledgement, but for some. */
  async #conclude(message: MailboxMessage, tell: (isDurable: boolean) => void): Promise<void> {
    const key = textOf(message)
    this.#settling.add(key)
    const settled = this.#settle(message).then(
      () => tell(true),
      (error: unknown) => {
        tell(false)
        this.#interrupt(error)
      },
    )
    const done = settled.finally(() => this.#settling.delete(key))
    if (this.#settling.size >= SETTLING_LIMIT) await done
  }

  async #settle({ from, messageId }: MessageKey): Promise<void> {
    this.#outstanding.delete(textOf({ from, messageId }))
    await this.#parts.store.acknowledgeMessage({ to: this.#parts.to, from, messageId })
    this.#retryMs = FIRST_RETRY_MS
  }

  #hold(key: MessageKey): void {
    this.#outstanding.delete(textOf(key))
    this.#held.add(key.from)
    this.#scheduleRetry()
  }

  #scheduleRetry(): void {
    if (this.#retry !== undefined || this.#isStopped) return
    this.#retry = this.#parts.clock.setTimer(this.#retryMs, () => this.#startOver())
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS)
  }

  /** From the oldest message again, but for those whose acknowledgement is awaited. */
  #startOver(): void {
    this.#retry = undefined
    this.#isResting = false
    this.#held.clear()
    this.#afterPosition = 0
    this.#round += 1
    this.wake()
  }

  #scheduleExpiryLook(): void {
    const isNeeded = this.#outstanding.size > 0 && !this.#isStopped
    if (this.#expiryLook !== undefined || !isNeeded) return
    this.#expiryLook = this.#parts.clock.setTimer(EXPIRY_LOOK_MS, () => {
      this.#expiryLook = undefined
      if (this.#outstanding.size > 0) this.wake()
      this.#scheduleExpiryLook()
    })
  }

  #forgetExpired(): void {
    const nowMs = this.#parts.clock.nowMs()
    for (const [key, expiresAtMs] of this.#outstanding) {
      if (expiresAtMs <= nowMs) this.#outstanding.delete(key)
    }
  }
}

/** The key as one text. */
export function textOf({ from, messageId }: MessageKey): string {
  return `${messageId}\n${from}`
}
