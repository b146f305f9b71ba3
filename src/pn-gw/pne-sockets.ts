/**
 * The PNEs around a PN GW: their sockets on CPNS-1, and which of them may do what. Design 7: a PN GW
 * relays nothing but handshake messages for a PNE until the server says `admitted`, and then only on
 * the local socket that carried its handshake. Design 8: it stores nothing and drops nothing; while it
 * cannot forward it stops reading.
 */
import { classifyFrame } from '../cpns/frame.ts'
import { decodeMessage, encodeMessage, type PneStatus } from '../cpns/messages.ts'
import type { Status } from '../cpns/status.ts'
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Clock } from '../ports/clock.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import type { PneTrace } from './pne-trace.ts'

/** What the sockets need of the PN GW. */
export interface PneSocketsParts {
  readonly entityId: EntityId
  readonly clock: Clock
  readonly trace: PneTrace
  /** Resolves when the octets have left in a relay record; waits for a session. */
  readonly forward: (pne: EntityId, octets: Uint8Array) => Promise<void>
}

/** The sockets of one PN GW. */
export interface PneSockets {
  /** Serves one socket until it ends. Never rejects. */
  serve(socket: FrameSocket): Promise<void>
  /** Octets of a relay record of the server, for one PNE. */
  deliver(pne: EntityId, octets: Uint8Array): void
  /** A control record: a PNE is admitted, or its session has ended. */
  noteStatus(status: PneStatus): void
  /** Sockets that are open. */
  readonly count: number
  close(): void
}

/** One local socket. */
interface Line {
  readonly socket: FrameSocket
  /** Set by the first handshake message; a socket speaks for one PNE. */
  pne: EntityId | undefined
  /** Exchanges that this socket carries. */
  readonly transactionIds: Set<string>
  /** Sessions that the server admitted, and when they end on the monotonic clock. */
  readonly admitted: Map<string, number>
  /** Frames that wait for a slow PNE. */
  queued: number
}

/** Frames queued for one PNE; a PNE that takes none of them is cut off, its messages wait at the server. */
const QUEUE_LIMIT = 256
/** Exchanges that one socket may have open. */
const TRANSACTION_LIMIT = 8

/** No sockets yet. */
export function createPneSockets(parts: PneSocketsParts): PneSockets {
  const lines = new Set<Line>()

  const isAdmitted = (line: Line, sessionId: string): boolean =>
    (line.admitted.get(sessionId) ?? 0) > parts.clock.monotonicMs()

  const send = (line: Line, octets: Uint8Array): void => {
    if (line.queued >= QUEUE_LIMIT) return line.socket.close('too slow')
    line.queued += 1
    const kind = octets[0] === HANDSHAKE_FIRST_OCTET ? 'text' : 'binary'
    const done = (): void => {
      line.queued -= 1
    }
    line.socket.send({ kind, octets }).then(done, done)
  }

  const refuse = (line: Line, status: Exclude<Status, 200>, detail: string): void => {
    send(line, encodeMessage({ name: 'Error', entityId: parts.entityId, status, detail }))
  }

  const takeHandshake = async (line: Line, octets: Uint8Array): Promise<void> => {
    const message = decodeMessage(octets)
    parts.trace.fromPne(message)
    if (message.name !== 'ConnectRequest' && message.name !== 'AuthenticateResponse') {
      return refuse(line, 400, `${message.name}: not expected here`)
    }
    if (line.pne !== undefined && line.pne !== message.entityId) {
      return refuse(line, 403, 'this connection speaks for another entity')
    }
    line.pne = message.entityId
    if (isCarriedElsewhere(line, message.transactionId)) {
      return refuse(line, 409, 'another connection carries this exchange')
    }
    line.transactionIds.add(message.transactionId)
    forgetOldest(line.transactionIds)
    await forwardHandshake(message.entityId, octets)
  }

  /** A handshake message that met the end of a connection is sent again: the server answers alike. */
  const forwardHandshake = async (pne: EntityId, octets: Uint8Array): Promise<void> => {
    try {
      await parts.forward(pne, octets)
    } catch (error) {
      if (!(error instanceof TransportFailed)) throw error
      await parts.forward(pne, octets)
    }
  }

  const isCarriedElsewhere = (line: Line, transactionId: string): boolean =>
    Array.from(lines).some((other) => other !== line && other.transactionIds.has(transactionId))

  const takeBinary = async (line: Line, octets: Uint8Array): Promise<void> => {
    const { sessionId } = classifyFrame(octets) as { sessionId?: string }
    if (line.pne === undefined || sessionId === undefined || !isAdmitted(line, sessionId)) {
      return refuse(line, 401, 'not admitted: authenticate first')
    }
    await parts.forward(line.pne, octets)
  }

  const take = async (line: Line, frame: { kind: 'text' | 'binary'; octets: Uint8Array }) => {
    try {
      if (frame.kind === 'text') await takeHandshake(line, frame.octets)
      else await takeBinary(line, frame.octets)
    } catch (error) {
      if (error instanceof InvalidMessage) refuse(line, 400, error.message)
      else if (!(error instanceof TransportFailed)) throw error
    }
  }

  /** Handshake messages go where their exchange came from, records where the session was admitted. */
  const lineFor = (pne: EntityId, octets: Uint8Array): Line | undefined => {
    const ofPne = Array.from(lines).filter((line) => line.pne === pne)
    const frame = classifyFrame(octets)
    if (frame.kind !== 'handshake') {
      return ofPne.find((line) => isAdmitted(line, frame.sessionId))
    }
    const { transactionId } = decodeMessage(octets)
    return transactionId === undefined
      ? ofPne.find((line) => line.admitted.size > 0)
      : ofPne.find((line) => line.transactionIds.has(transactionId))
  }

  return {
    async serve(socket) {
      const line: Line = {
        socket,
        pne: undefined,
        transactionIds: new Set(),
        admitted: new Map(),
        queued: 0,
      }
      lines.add(line)
      try {
        for (let frame = await socket.receive(); frame; frame = await socket.receive()) {
          await take(line, frame)
        }
      } catch {
        socket.close('internal error')
      } finally {
        lines.delete(line)
        socket.close()
      }
    },
    deliver(pne, octets) {
      const line = lineFor(pne, octets)
      if (line === undefined) return
      parts.trace.toPne(pne, octets)
      send(line, octets)
    },
    noteStatus({ pne, sessionId, state, secondsLeft, transactionId }) {
      for (const line of lines) {
        if (line.pne !== pne) continue
        if (state === 'ended') line.admitted.delete(sessionId)
        else if (transactionId !== undefined && line.transactionIds.has(transactionId)) {
          line.admitted.set(sessionId, parts.clock.monotonicMs() + secondsLeft * 1000)
        }
      }
    },
    get count() {
      return lines.size
    },
    close() {
      for (const line of lines) line.socket.close('the PN GW stops')
    },
  }
}

function forgetOldest(transactionIds: Set<string>): void {
  const oldest = transactionIds.values().next()
  if (transactionIds.size > TRANSACTION_LIMIT && !oldest.done) transactionIds.delete(oldest.value)
}

/** `<`: the first octet of every handshake message. Design 7 */
const HANDSHAKE_FIRST_OCTET = 0x3c
