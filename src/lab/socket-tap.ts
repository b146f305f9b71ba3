/** Listens in on a FrameSocket: what an eavesdropper of the lab's story can replay. */
import { decodeMessage, type MessageName } from '../cpns/messages.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'

/** Remembers the last handshake message of each name, octet for octet. */
export interface SocketTap {
  /** The same socket, listened to. */
  tap(socket: FrameSocket): FrameSocket
  last(name: MessageName): Uint8Array | undefined
}

/** Nothing heard yet. */
export function createSocketTap(): SocketTap {
  const heard = new Map<MessageName, Uint8Array>()
  const listen = (kind: string, octets: Uint8Array): void => {
    const name = kind === 'text' ? nameOfMessage(octets) : undefined
    if (name !== undefined) heard.set(name, new Uint8Array(octets))
  }
  return {
    tap: (socket) => ({
      remoteAddress: socket.remoteAddress,
      closed: socket.closed,
      close: (reason) => socket.close(reason),
      async receive() {
        const frame = await socket.receive()
        if (frame !== undefined) listen(frame.kind, frame.octets)
        return frame
      },
      async send(frame) {
        listen(frame.kind, frame.octets)
        await socket.send(frame)
      },
    }),
    last: (name) => heard.get(name),
  }
}

/** `undefined` for what is no message: who listens in does not disturb. */
function nameOfMessage(octets: Uint8Array): MessageName | undefined {
  try {
    return decodeMessage(octets).name
  } catch {
    return undefined
  }
}
