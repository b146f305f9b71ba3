/** One service of an application: the message that is out, and who listens. Design 8 */
import type { Unsubscribe } from '../ports/bus.ts'
import type { Clock, Timer } from '../ports/clock.ts'
import type { AppMessage } from './app-message.ts'

/** Gets messages; `end` is called once if somebody else listens instead, or the hub stops. */
export interface AppListener {
  message(message: AppMessage): void
  end(reason: string): void
}

/** Names a message of one service. */
export interface AppMessageKey {
  readonly from: string
  readonly messageId: string
}

/** Told whether an acknowledgement is durable at the server. */
export type Settled = (isDurable: boolean) => void

/** What became of an acknowledgement. */
export type Acknowledgement =
  /** Durable: the message will not come again. */
  | 'durable'
  /** The server could not store it: the message comes again. */
  | 'not-stored'
  /** No such message waits for it. */
  | 'not-waiting'

/** How long an application may take over one message. */
const ACKNOWLEDGE_MS = 30_000

interface Waiting {
  readonly message: AppMessage
  readonly resolve: (settled: Settled) => void
  readonly reject: (error: Error) => void
  timer?: Timer
}

/** Hands out one message at a time; the server gives it the next one only then. */
export class ServiceDesk {
  readonly #clock: Clock
  #listener: AppListener | undefined
  #waiting: Waiting | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Resolves when the message has been acknowledged, with whom to tell when that is durable. Rejects if it
   * takes too long, or as `giveBack` says.
   */
  async hand(message: AppMessage): Promise<Settled> {
    try {
      return await new Promise<Settled>((resolve, reject) => {
        this.#waiting = { message, resolve, reject }
        this.#offer()
      })
    } finally {
      if (this.#waiting?.message === message) {
        this.#waiting.timer?.cancel()
        this.#waiting = undefined
      }
    }
  }

  /** In place of whoever listened before. @returns Ends it, without calling `end`. */
  listen(listener: AppListener): Unsubscribe {
    this.#listener?.end('replaced')
    this.#listener = listener
    this.#offer()
    return () => {
      if (this.#listener !== listener) return
      this.#listener = undefined
      this.#offer()
    }
  }

  /** Resolves when the server has stored it, or could not. */
  async acknowledge({ from, messageId }: AppMessageKey): Promise<Acknowledgement> {
    const waiting = this.#waiting
    if (waiting?.message.from !== from || waiting.message.messageId !== messageId) {
      return 'not-waiting'
    }
    waiting.timer?.cancel()
    // Who acknowledges once more finds nothing, and waits for nobody.
    this.#waiting = undefined
    const isDurable = await new Promise<boolean>((settled) => waiting.resolve(settled))
    return isDurable ? 'durable' : 'not-stored'
  }

  /** The message that is out goes back to the server, and comes again. */
  giveBack(reason: string): void {
    this.#waiting?.reject(new Error(reason))
  }

  /** Nobody listens any more, and nothing is out. */
  close(reason: string): void {
    this.#listener?.end(reason)
    this.#listener = undefined
    this.giveBack(reason)
  }

  /** To who listens now, if anybody does; else it waits for one until it is worth nothing. */
  #offer(): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    waiting.timer?.cancel()
    const leftMs = Math.max(0, waiting.message.expiresAtMs - this.#clock.nowMs())
    const waitMs = this.#listener === undefined ? leftMs : Math.min(leftMs, ACKNOWLEDGE_MS)
    waiting.timer = this.#clock.setTimer(waitMs, () => this.giveBack('not acknowledged'))
    this.#listener?.message(waiting.message)
  }
}
