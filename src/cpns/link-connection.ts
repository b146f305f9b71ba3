/**
 * One socket of a client's link: sorts what comes in, and keeps the record channels of the session in
 * use and of the former one, which still receives until the new one is attached. Design 7, 8
 */
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { classifyFrame } from './frame.ts'
import { decodeCloseContent, decodePing, encodePing } from './record-content.ts'
import type { RecordChannel, RecordType } from './record.ts'
import { createSignalQueue } from './signal-queue.ts'

/** What the link waits for. */
export type LinkSignal =
  | { readonly kind: 'text'; readonly octets: Uint8Array }
  | { readonly kind: 'attach-answer'; readonly octets: Uint8Array }
  /** The first valid record under the newest channel. */
  | { readonly kind: 'attached' }
  /** A record was refused, here or there. */
  | { readonly kind: 'attach-again' }
  /** The server ended the session. */
  | { readonly kind: 'authenticate-again' }
  | { readonly kind: 'closed' }

/** Records that are the business of whoever uses the link. */
export type LinkRecordHandler = (
  type: Exclude<RecordType, 'ping' | 'close'>,
  content: Uint8Array,
) => Promise<void>

/** One socket. */
export interface LinkConnection {
  /** The next signal, or `undefined` after `timeoutMs`. */
  next(timeoutMs?: number): Promise<LinkSignal | undefined>
  sendText(octets: Uint8Array): Promise<void>
  sendBinary(octets: Uint8Array): Promise<void>
  /** From now on records are sealed here; the former channel of another session goes on receiving. */
  use(sessionId: string, channel: RecordChannel): void
  /** Seals and sends in one step. @throws {TransportFailed} If nothing was attached yet. */
  sendRecord(type: RecordType, content: Uint8Array): Promise<void>
  close(reason?: string): void
}

interface Used {
  readonly sessionId: string
  readonly channel: RecordChannel
}

/** Starts to read at once; one record is handled after the other. */
export function openLinkConnection(
  socket: FrameSocket,
  ports: { readonly clock: Clock; readonly handleRecord: LinkRecordHandler },
): LinkConnection {
  const signals = createSignalQueue<LinkSignal>(ports.clock)
  let newest: Used | undefined
  let former: Used | undefined
  let isAttached = false

  const noteAttached = (used: Used): void => {
    if (used !== newest || isAttached) return
    isAttached = true
    former?.channel.wipe()
    former = undefined
    signals.push({ kind: 'attached' })
  }

  const takeRecord = async (sessionId: string, octets: Uint8Array): Promise<void> => {
    const used = [newest, former].find((candidate) => candidate?.sessionId === sessionId)
    const record = used?.channel.open(octets)
    if (used === undefined || record?.outcome !== 'record') {
      signals.push({ kind: 'attach-again' })
      return
    }
    noteAttached(used)
    if (record.type === 'close') {
      const isEnded = decodeCloseContent(record.content) === 410
      if (used === newest) signals.push({ kind: isEnded ? 'authenticate-again' : 'attach-again' })
    } else if (record.type === 'ping') {
      if (decodePing(record.content) === 'request') {
        await connection.sendRecord('ping', encodePing('answer'))
      }
    } else await ports.handleRecord(record.type, record.content)
  }

  const takeBinary = async (octets: Uint8Array): Promise<void> => {
    const frame = classifyFrame(octets)
    if (frame.kind === 'attach-answer') signals.push({ kind: 'attach-answer', octets })
    else if (frame.kind === 'record') await takeRecord(frame.sessionId, octets)
    else throw new InvalidMessage('not expected from a server', 'binary frame')
  }

  const read = async (): Promise<void> => {
    try {
      for (let frame = await socket.receive(); frame; frame = await socket.receive()) {
        if (frame.kind === 'text') signals.push({ kind: 'text', octets: frame.octets })
        else await takeBinary(frame.octets)
      }
    } catch {
      socket.close('protocol error')
    } finally {
      signals.push({ kind: 'closed' })
    }
  }

  const connection: LinkConnection = {
    next: (timeoutMs) => signals.next(timeoutMs),
    sendText: (octets) => socket.send({ kind: 'text', octets }),
    sendBinary: (octets) => socket.send({ kind: 'binary', octets }),
    use(sessionId, channel) {
      former = newest?.sessionId === sessionId ? undefined : newest
      newest = { sessionId, channel }
      isAttached = false
    },
    async sendRecord(type, content) {
      if (newest === undefined) throw new TransportFailed('not attached')
      await socket.send({ kind: 'binary', octets: newest.channel.seal(type, content) })
    },
    close: (reason) => socket.close(reason),
  }
  void read()
  return connection
}
