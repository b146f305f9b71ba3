/**
 * (From, MessageID) of messages that were handed over and acknowledged without having been stored. Design 8:
 * the server drops duplicates until they expire. They are known here at once, and in the store soon after, many
 * of them in one commit: nobody waits for that, but for an application that asked to be told.
 */
import type { Clock, Timer } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { ServerStore } from './server-store.ts'
import type { Settled } from './services.ts'

/** Names a message until it expires. */
export interface AcceptedKey {
  readonly from: string
  readonly messageId: string
  /** UTC milliseconds. */
  readonly expiresAtMs: number
}

/** What it needs. */
export interface AcknowledgedMessagesParts {
  readonly store: Pick<ServerStore, 'rememberMessages'>
  readonly clock: Clock
  readonly log: Log
}

/** So many are written together, */
const TOGETHER = 2048
/** or those of so long: what is not yet written is forgotten when the server is killed. */
const SOON_MS = 100

/** One for each server. */
export class AcknowledgedMessages {
  readonly #parts: AcknowledgedMessagesParts
  /** By `keyOf`: to be written. */
  #fresh = new Map<string, AcceptedKey>()
  #told: Settled[] = []
  /** On its way to the disk. */
  #leaving: ReadonlyMap<string, AcceptedKey> = new Map()
  /** Written last, and still known here to who asked the store before that. */
  #written: ReadonlyMap<string, AcceptedKey> = new Map()
  #timer: Timer | undefined
  #isWriting = false
  #hasFailed = false

  constructor(parts: AcknowledgedMessagesParts) {
    this.#parts = parts
  }

  /** Whether more can be taken: not while the store fails, since nothing here may grow without bound. */
  get isTaking(): boolean {
    return !this.#hasFailed
  }

  /** Whether it was acknowledged lately; of the others the store knows. */
  has({ from, messageId }: Pick<AcceptedKey, 'from' | 'messageId'>): boolean {
    const key = keyOf(from, messageId)
    const known = this.#fresh.get(key) ?? this.#leaving.get(key) ?? this.#written.get(key)
    return known !== undefined && known.expiresAtMs > this.#parts.clock.nowMs()
  }

  /** @param settled Whom to tell when it is durable; it is written at once then. */
  add({ from, messageId, expiresAtMs }: AcceptedKey, settled?: Settled): void {
    this.#fresh.set(keyOf(from, messageId), { from, messageId, expiresAtMs })
    if (settled !== undefined) this.#told.push(settled)
    if (settled !== undefined || this.#fresh.size >= TOGETHER) void this.#write()
    else this.#schedule()
  }

  /** Writes what is not written yet. */
  stop(): void {
    void this.#write()
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isWriting) return
    this.#timer = this.#parts.clock.setTimer(SOON_MS, () => {
      this.#timer = undefined
      void this.#write()
    })
  }

  async #write(): Promise<void> {
    if (this.#isWriting || this.#fresh.size === 0) return
    this.#isWriting = true
    this.#timer?.cancel()
    this.#timer = undefined
    const leaving = this.#fresh
    const told = this.#told
    this.#fresh = new Map()
    this.#told = []
    this.#leaving = leaving
    const isDurable = await this.#isStored(leaving)
    this.#leaving = new Map()
    if (isDurable) this.#written = leaving
    else this.#fresh = new Map([...leaving, ...this.#fresh])
    this.#hasFailed = !isDurable
    this.#isWriting = false
    for (const settled of told) settled(isDurable)
    if (isDurable && (this.#told.length > 0 || this.#fresh.size >= TOGETHER)) void this.#write()
    else if (this.#fresh.size > 0) this.#schedule()
  }

  async #isStored(leaving: ReadonlyMap<string, AcceptedKey>): Promise<boolean> {
    try {
      await this.#parts.store.rememberMessages([...leaving.values()])
      return true
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown'
      this.#parts.log.error('acknowledgements-not-stored', { reason })
      return false
    }
  }
}

function keyOf(from: string, messageId: string): string {
  return `${messageId}\n${from}`
}
