/**
 * One WebSocket of CPNS-2: handshake messages as text frames, attach frames and records as binary ones,
 * handled in the order in which they came. Design 7
 */
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { errorMessage } from './answers.ts'
import type { Arrival } from './arrival.ts'
import type { AttachmentDesk } from './attachment-desk.ts'
import type { Endpoint } from './endpoint.ts'
import type { HandshakeAnswer } from './handshake-endpoint.ts'
import type { ServerContext } from './options.ts'

/** What a connection needs of the server. */
export interface GatewayConnectionParts extends ServerContext {
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
  const { ports } = parts
  const endpoint = socketEndpoint(socket)
  const desk = parts.createDesk(endpoint)
  const watch = watchUnattached(socket, desk, parts)
  try {
    for (let frame = await socket.receive(); frame; frame = await socket.receive()) {
      if (frame.kind === 'binary') await takeBinary(desk, { endpoint, octets: frame.octets }, parts)
      else await endpoint.send((await parts.answerHandshake(frame.octets, endpoint.arrival)).octets)
    }
  } catch (error) {
    const isExpected = error instanceof TransportFailed
    if (!isExpected) {
      const reason = error instanceof Error ? error.message : 'unknown'
      ports.log.error('connection-failed', { reason })
    }
  } finally {
    watch.cancel()
    desk.close()
    socket.close()
  }
}

async function takeBinary(
  desk: AttachmentDesk,
  { endpoint, octets }: { endpoint: Endpoint; octets: Uint8Array },
  { options }: ServerContext,
): Promise<void> {
  try {
    await desk.take(octets)
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error
    const detail = error.message
    await endpoint.send(errorMessage({ serverEntityId: options.entityId, status: 400, detail }))
  }
}

function watchUnattached(
  socket: FrameSocket,
  desk: AttachmentDesk,
  { ports }: ServerContext,
): { cancel(): void } {
  let timer = ports.clock.setTimer(UNATTACHED_MS, look)
  function look(): void {
    if (desk.current === undefined) return socket.close('not attached')
    timer = ports.clock.setTimer(UNATTACHED_MS, look)
  }
  return { cancel: () => timer.cancel() }
}

function socketEndpoint(socket: FrameSocket): Endpoint {
  let isOpen = true
  void socket.closed.then(() => {
    isOpen = false
  })
  return {
    arrival: { kind: 'direct', remoteAddress: socket.remoteAddress },
    get isReady() {
      return isOpen
    },
    ready: () => Promise.resolve(),
    send(octets) {
      const kind = octets[0] === HANDSHAKE_FIRST_OCTET ? 'text' : 'binary'
      return socket.send({ kind, octets })
    },
  }
}

/** `<`: the first octet of every handshake message, and of no attach frame or record. Design 7 */
const HANDSHAKE_FIRST_OCTET = 0x3c
