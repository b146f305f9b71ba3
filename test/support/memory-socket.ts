/** Two ends of a connection in memory: FrameSockets without a network, for tests on a virtual clock. */
import { TransportFailed } from '../../src/errors/errors.ts'
import type { Frame, FrameSocket } from '../../src/ports/frame-socket.ts'

/**
 * What becomes of a frame on its way: what is returned arrives, in that order. Nothing loses it, two double
 * it; one that is kept for later is delayed.
 */
export type Tamper = (frame: Frame) => readonly Frame[]

/** How a connection differs from a good one. */
export interface SocketPairOptions {
  /** Sees what the first end sends. */
  readonly up?: Tamper
  /** Sees what the second end sends. */
  readonly down?: Tamper
  /** Frames that may wait for a reader before `send` makes its caller wait. Default: any number. */
  readonly capacity?: number
}

/** The honest network. */
export const untouched: Tamper = (frame) => [frame]

/** @returns Both ends. */
export function createSocketPair(options: SocketPairOptions = {}): [FrameSocket, FrameSocket] {
  const { up = untouched, down = untouched, capacity = Number.POSITIVE_INFINITY } = options
  const there = new Direction(capacity)
  const back = new Direction(capacity)
  const closed = Promise.all([there.ended, back.ended]).then(() => {})
  const close = (): void => {
    there.end()
    back.end()
  }
  const end = (inward: Direction, outward: Direction, tamper: Tamper): FrameSocket => ({
    remoteAddress: '127.0.0.1',
    receive: () => inward.receive(),
    send: (frame) => outward.send(frame, tamper),
    close,
    closed,
  })
  return [end(back, there, up), end(there, back, down)]
}

/** Frames on their way from one end to the other. */
class Direction {
  readonly ended: Promise<void>
  readonly #capacity: number
  readonly #frames: Frame[] = []
  readonly #senders: (() => void)[] = []
  #reader: ((frame: Frame | undefined) => void) | undefined
  #hasEnded = false
  #noteEnded: (() => void) | undefined

  constructor(capacity: number) {
    this.#capacity = capacity
    this.ended = new Promise((resolve) => {
      this.#noteEnded = resolve
    })
  }

  async send(frame: Frame, tamper: Tamper): Promise<void> {
    if (this.#hasEnded) throw new TransportFailed('the connection has ended')
    for (const arriving of tamper({ ...frame, octets: new Uint8Array(frame.octets) })) {
      this.#push(arriving)
    }
    if (this.#frames.length < this.#capacity) return
    await new Promise<void>((resolve) => {
      this.#senders.push(resolve)
    })
  }

  receive(): Promise<Frame | undefined> {
    const frame = this.#frames.shift()
    if (this.#frames.length < this.#capacity) this.#senders.shift()?.()
    if (frame !== undefined || this.#hasEnded) return Promise.resolve(frame)
    return new Promise((resolve) => {
      this.#reader = resolve
    })
  }

  /** What is on its way still arrives. */
  end(): void {
    this.#hasEnded = true
    this.#noteEnded?.()
    this.#wakeReader(undefined)
    for (const resume of this.#senders.splice(0)) resume()
  }

  #push(frame: Frame): void {
    if (!this.#wakeReader(frame)) this.#frames.push(frame)
  }

  #wakeReader(frame: Frame | undefined): boolean {
    const reader = this.#reader
    this.#reader = undefined
    reader?.(frame)
    return reader !== undefined
  }
}
