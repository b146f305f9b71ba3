/** Two ends of a connection in memory: FrameSockets without a network, for tests on a virtual clock. */
import { TransportFailed } from '../../src/errors/errors.ts'
import type { Frame, FrameSocket } from '../../src/ports/frame-socket.ts'

/** What may happen to a frame on its way; `undefined` loses it. */
export type Tamper = (frame: Frame) => Frame | undefined

/** @returns Both ends. `tamper` sees what the first end sends. */
export function createSocketPair(tamper: Tamper = (frame) => frame): [FrameSocket, FrameSocket] {
  const closed = deferred()
  const there = createInbox()
  const back = createInbox()
  let isOpen = true
  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    there.end()
    back.end()
    closed.resolve()
  }
  const end = (inbox: Inbox, outbox: Inbox, change: Tamper): FrameSocket => ({
    remoteAddress: '127.0.0.1',
    receive: () => inbox.receive(),
    async send(frame) {
      if (!isOpen) throw new TransportFailed('the connection has ended')
      const changed = change({ ...frame, octets: new Uint8Array(frame.octets) })
      if (changed !== undefined) outbox.push(changed)
    },
    close,
    closed: closed.promise,
  })
  return [end(back, there, tamper), end(there, back, (frame) => frame)]
}

interface Inbox {
  push(frame: Frame): void
  end(): void
  receive(): Promise<Frame | undefined>
}

function createInbox(): Inbox {
  const frames: Frame[] = []
  let ended = false
  let waiting: ((frame: Frame | undefined) => void) | undefined
  const settle = (frame: Frame | undefined): void => {
    const resolve = waiting
    waiting = undefined
    resolve?.(frame)
  }
  return {
    push(frame) {
      if (waiting !== undefined) settle(frame)
      else frames.push(frame)
    },
    end() {
      ended = true
      settle(undefined)
    },
    receive() {
      const frame = frames.shift()
      if (frame !== undefined || ended) return Promise.resolve(frame)
      return new Promise((resolve) => {
        waiting = resolve
      })
    },
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
