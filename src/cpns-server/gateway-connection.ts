/**
 * One WebSocket of CPNS-2: handshake messages as text frames, attach frames and records as binary ones,
 * handled in the order in which they came. Design 7
 */
import { frameOf } from '../cpns/frame.ts'
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import type { Frame, FrameSocket } from '../ports/frame-socket.ts'
import { encodeError } from './answers.ts'
import type { Arrival } from './arrival.ts'
import type { AttachmentDesk } from './attachment-desk.ts'
import type { Endpoint } from './endpoint.ts'
import type { HandshakeAnswer } from './handshake-endpoint.ts'
import type { ServerContext } from './options.ts'

/** What a connection needs of the server. */
export interface GatewayConnectionParts extends ServerContext {
  /** How all that comes over the socket has arrived. */
  readonly arrival: Arrival
  readonly answerHandshake: (octets: Uint8Array, arrival: Arrival) => Promise<HandshakeAnswer>
  readonly createDesk: (endpoint: Endpoint) => AttachmentDesk
}

/** A socket without attachment is closed after so long. Design 7 */
const UNATTACHED_MS = 30_000

/** Serves one socket until it ends; then what was attached through it is closed. Never rejects. */
export async function serveGatewayConnection(
  socket: FrameSocket,
  parts: GatewayConnectionParts,
): Promise<void> {
  const endpoint = new SocketEndpoint(socket, parts.arrival)
  const desk = parts.createDesk(endpoint)
  const watch = watchUnattached(socket, desk, parts)
  try {
    for (let frame = await socket.receive(); frame; frame = await socket.receive()) {
      await takeFrame(frame, { endpoint, desk }, parts)
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown'
    parts.ports.log.error('connection-failed', { point: 'CPNS-2', reason })
  } finally {
    watch.cancel()
    desk.close()
    socket.close()
  }
}

/** A frame that is wrong, or whose answer comes too late, does not end the connection. */
async function takeFrame(
  { kind, octets }: Frame,
  { endpoint, desk }: { endpoint: Endpoint; desk: AttachmentDesk },
  parts: GatewayConnectionParts,
): Promise<void> {
  try {
    if (kind === 'binary') return await desk.take(octets)
    const answer = await parts.answerHandshake(octets, endpoint.arrival)
    if (!answer.isToError) await endpoint.send(answer.octets)
  } catch (error) {
    if (error instanceof InvalidMessage) {
      const { entityId } = parts.options
      const refusal = { serverEntityId: entityId, status: 400, detail: error.message } as const
      await endpoint.send(encodeError(refusal)).catch(() => {})
    } else if (!(error instanceof TransportFailed)) throw error
  }
}

function watchUnattached(
  socket: FrameSocket,
  desk: AttachmentDesk,
  { ports: { clock } }: ServerContext,
): { cancel(): void } {
  let timer = clock.setTimer(UNATTACHED_MS, look)
  function look(): void {
    const nowMs = clock.monotonicMs()
    const leftMs = (desk.freeSinceMs ?? nowMs) + UNATTACHED_MS - nowMs
    if (leftMs <= 0) socket.close('not attached')
    else timer = clock.setTimer(leftMs, look)
  }
  return { cancel: () => timer.cancel() }
}

/** The way back over one socket. */
class SocketEndpoint implements Endpoint {
  readonly arrival: Arrival
  readonly #socket: FrameSocket
  #isOpen = true

  constructor(socket: FrameSocket, arrival: Arrival) {
    this.arrival = arrival
    this.#socket = socket
    void socket.closed.then(() => {
      this.#isOpen = false
    })
  }

  get isReady(): boolean {
    return this.#isOpen
  }

  ready(): Promise<void> {
    return Promise.resolve()
  }

  send(octets: Uint8Array): Promise<void> {
    return this.#socket.send(frameOf(octets))
  }
}
