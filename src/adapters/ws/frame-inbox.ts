/** Frames that have arrived and nobody has asked for yet: a bounded queue with one reader. */
import type { Frame } from '../../ports/frame-socket.ts'

const MAX_FRAMES = 16
const MAX_OCTETS = 4 * 1024 * 1024

/** First in, first out. */
export class FrameInbox {
  #frames: Frame[] = []
  #octets = 0
  #hasEnded = false
  #reader: ((frame: Frame | undefined) => void) | undefined

  /** Whether the sender is to be slowed down: 16 frames or 4 MiB wait. */
  get isFull(): boolean {
    return this.#frames.length >= MAX_FRAMES || this.#octets >= MAX_OCTETS
  }

  /** Takes a frame in, full or not; after the end it is dropped. */
  put(frame: Frame): void {
    if (this.#hasEnded) return
    if (this.#reader !== undefined) {
      this.#answer(frame)
      return
    }
    this.#frames.push(frame)
    this.#octets += frame.octets.length
  }

  /**
   * The next frame, or `undefined` after the end.
   *
   * @throws {TypeError} If somebody waits for a frame already.
   */
  take(): Promise<Frame | undefined> {
    if (this.#reader !== undefined) throw new TypeError('another receive is under way')
    const frame = this.#frames.shift()
    if (frame !== undefined) this.#octets -= frame.octets.length
    if (frame !== undefined || this.#hasEnded) return Promise.resolve(frame)
    return new Promise((reader) => {
      this.#reader = reader
    })
  }

  /** No frame follows; those that wait can still be taken. */
  end(): void {
    this.#hasEnded = true
    this.#answer(undefined)
  }

  /** Drops what waits. */
  clear(): void {
    this.#frames = []
    this.#octets = 0
  }

  #answer(frame: Frame | undefined): void {
    const reader = this.#reader
    this.#reader = undefined
    reader?.(frame)
  }
}
