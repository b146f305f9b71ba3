/**
 * What one attachment has sent and is to become durable: taken together, so that many messages share one
 * commit. While a batch is on its way to the disk the next one gathers. Design 8, 9: first in, first out,
 * and after what could not be stored nothing is taken.
 */

/** What a batch is for. */
export interface RecordBatchParts<T> {
  /** Makes a batch durable and answers it, in order. */
  readonly store: (batch: readonly T[]) => Promise<void>
  /** A batch could not be stored: nothing of it, and nothing after it, is taken. */
  readonly failed: (error: unknown) => void
}

/** How many may wait for the next commit; then their sender waits. */
const WAITING_LIMIT = 64

/** One for each attachment. */
export class RecordBatches<T> {
  readonly #parts: RecordBatchParts<T>
  #waiting: T[] = []
  #storing: Promise<void> | undefined
  #hasFailed = false

  constructor(parts: RecordBatchParts<T>) {
    this.#parts = parts
  }

  /**
   * Nothing is taken any more after a failure.
   *
   * @returns Resolves when the next one can be put; `undefined` if it can at once.
   */
  put(item: T): Promise<void> | undefined {
    if (this.#hasFailed) return undefined
    this.#waiting.push(item)
    this.#storing ??= this.#storeAll()
    return this.#waiting.length >= WAITING_LIMIT ? this.#storing : undefined
  }

  /** Resolves when all that was put is stored and answered, or has failed. */
  async idle(): Promise<void> {
    await this.#storing
  }

  async #storeAll(): Promise<void> {
    // What comes in the same turn belongs to the first batch.
    await Promise.resolve()
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting
        this.#waiting = []
        await this.#parts.store(batch)
      }
    } catch (error) {
      this.#hasFailed = true
      this.#waiting = []
      this.#parts.failed(error)
    } finally {
      this.#storing = undefined
    }
  }
}
