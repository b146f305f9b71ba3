/** A WebSocket as a `FrameSocket`, with bounds in both directions. RFC 6455, Design 7 */
import type { Writable } from 'node:stream'
import { WebSocket } from 'ws'
import { TransportFailed } from '../../errors/errors.ts'
import { utf8 } from '../../octets/octets.ts'
import type { FrameSocket } from '../../ports/frame-socket.ts'
import { FrameInbox } from './frame-inbox.ts'

/** What is known about a connection from outside. */
export interface FrameSocketOptions {
  /** What the frames of a server go out on; that of a client comes with its opening handshake. */
  readonly carrier?: Carrier
  readonly remoteAddress: string
  /**
   * Sends a ping in this interval and ends a connection that says nothing until the next one; default
   * never.
   */
  readonly keepAliveMs?: number
}

/** A connection that can hold what is written until all of it leaves at once. */
export type Carrier = Pick<Writable, 'cork' | 'uncork'>

/**
 * Settings of the `ws` package on both sides: a record of 1 MiB with what is around it fits one frame;
 * compressed frames would let a small one grow, and leak lengths of secrets; a peer that does not
 * answer a close has 2 s. Each piece of a frame that has not come whole holds what it was read with, up to
 * 64 KiB, and a fragment of one octet does too: so their number is limited. The limits of pieces leave room
 * for fragments of 8 KiB, and for segments of 536 octets. RFC 6455 10.4
 */
export const WEB_SOCKET_LIMITS = {
  maxPayload: 1024 * 1024 + 4096,
  maxFragments: 256,
  maxBufferedChunks: 4096,
  perMessageDeflate: false,
  closeTimeout: 2_000,
} as const

const HIGH_WATER_OCTETS = 1024 * 1024
const MAX_REASON_OCTETS = 120
const NORMAL_CLOSURE = 1000

/**
 * @param webSocket Just made, so that no frame has arrived yet; made with `WEB_SOCKET_LIMITS`.
 * @param options.remoteAddress Address of the peer.
 */
export function createFrameSocket(webSocket: WebSocket, options: FrameSocketOptions): FrameSocket {
  const inbox = new FrameInbox()
  const closed = new Promise<void>((resolve) => {
    webSocket.once('close', () => {
      inbox.end()
      resolve()
    })
  })
  // Every error is followed by `close`, which is all that a reader has to know.
  webSocket.on('error', () => {})
  webSocket.on('message', (data: Buffer, isBinary: boolean) => {
    inbox.put({ kind: isBinary ? 'binary' : 'text', octets: asOctets(data) })
    if (inbox.isFull) webSocket.pause()
  })
  if (options.keepAliveMs !== undefined) keepAlive(webSocket, options.keepAliveMs)
  const gather = createGathering(webSocket, options.carrier)

  return {
    remoteAddress: options.remoteAddress,
    closed,
    async receive() {
      const frame = inbox.take()
      if (webSocket.isPaused && !inbox.isFull) webSocket.resume()
      return frame
    },
    async send({ kind, octets }) {
      // A failure to write ends the connection, and that is where the caller learns of it.
      let outcome: (cause?: Error | null) => void = () => {}
      gather()
      webSocket.send(octets, { binary: kind === 'binary' }, (cause) => outcome(cause))
      const isOpen = webSocket.readyState === WebSocket.OPEN
      if (isOpen && webSocket.bufferedAmount <= HIGH_WATER_OCTETS) return
      await new Promise<void>((resolve, reject) => {
        outcome = (cause) => {
          if (cause) reject(new TransportFailed('the connection has ended', { cause }))
          else resolve()
        }
      })
    },
    close(reason = '') {
      inbox.clear()
      inbox.end()
      // The peer's close can only be read by who reads.
      webSocket.resume()
      webSocket.close(NORMAL_CLOSURE, shorten(reason))
    },
  }
}

/**
 * Frames that are sent in one turn leave together: one TLS record and one call of the system for many.
 *
 * @returns To be called before each frame.
 */
function createGathering(webSocket: WebSocket, given: Carrier | undefined): () => void {
  let carrier = given
  let isHeld = false
  webSocket.once('upgrade', (response) => {
    carrier ??= response.socket
  })
  const release = (): void => {
    isHeld = false
    carrier?.uncork()
  }
  return () => {
    if (isHeld || carrier === undefined) return
    isHeld = true
    carrier.cork()
    // After all that follows from what has come in.
    process.nextTick(release)
  }
}

/** Ends a connection whose peer is gone; while the socket is paused nothing can be heard from it. */
function keepAlive(webSocket: WebSocket, periodMs: number): void {
  let wasHeard = true
  const hear = (): void => {
    wasHeard = true
  }
  webSocket.on('pong', hear).on('ping', hear).on('message', hear)
  const timer = setInterval(() => {
    // Before it is open nothing can be sent; who opens it has a time limit.
    if (webSocket.readyState === WebSocket.CONNECTING) return
    if (!wasHeard && !webSocket.isPaused) {
      webSocket.terminate()
      return
    }
    wasHeard = webSocket.isPaused
    webSocket.ping()
  }, periodMs)
  timer.unref()
  webSocket.once('close', () => clearInterval(timer))
}

function asOctets(data: Buffer): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** A close frame has room for 123 octets of reason; the cut never splits a character. RFC 6455 5.5 */
function shorten(reason: string): string {
  return new TextDecoder().decode(utf8(reason).subarray(0, MAX_REASON_OCTETS), { stream: true })
}
