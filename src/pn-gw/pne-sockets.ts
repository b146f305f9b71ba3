/**
 * The PNEs around a PN GW: their sockets on CPNS-1, and which of them may do what. Design 7: a PN GW
 * relays nothing but handshake messages for a PNE until the server says `admitted`, and then only on
 * the local socket that carried its handshake. Design 8: it stores nothing and drops nothing; while it
 * cannot forward it stops reading.
 */
import { classifyFrame, isHandshake } from '../cpns/frame.ts'
import { cutText } from '../cpns/message-rules.ts'
import {
  type CpnsMessage,
  decodeMessage,
  encodeMessage,
  type PneStatus,
  type UserInfoRegistration,
} from '../cpns/messages.ts'
import type { Status } from '../cpns/status.ts'
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Clock } from '../ports/clock.ts'
import type { Frame, FrameSocket } from '../ports/frame-socket.ts'
import type { Log } from '../ports/log.ts'
import { type LineWay, PneLine } from './pne-line.ts'
import type { PneTrace } from './pne-trace.ts'
import type { TriggerDesk } from './trigger-desk.ts'

/** What the sockets need of the PN GW. */
export interface PneSocketsParts {
  readonly entityId: EntityId
  readonly clock: Clock
  readonly log: Log
  readonly trace: PneTrace
  /** Whether the PN GW has a session. */
  readonly isReady: () => boolean
  /** Resolves when the PN GW has a session. @throws {CpnsError} If it has given up. */
  readonly ready: () => Promise<void>
  /** Sends octets in a relay record. @throws {TransportFailed} If that cannot be done now. */
  readonly forward: (pne: EntityId, octets: Uint8Array) => Promise<void>
  /** The socket is gone that a session of a PNE was admitted on. */
  readonly gone: (pne: EntityId, sessionId: string) => void
  /** Pairs and triggers PNEs. M-7 */
  readonly desk: Pick<
    TriggerDesk,
    'noteDelivered' | 'noteError' | 'noteRequest' | 'takeRegistration'
  >
}

/** Never without TLS. Design 7 */
const ONLY_OVER_TLS: ReadonlySet<string> = new Set([
  'EUKeyAssignmentRequest',
  'UserInfoRegistration',
])
/** What goes to the server as it came. */
const RELAYED: ReadonlySet<string> = new Set([
  'AuthenticateResponse',
  'ConnectRequest',
  'EUKeyAssignmentRequest',
])

/** The sockets of one PN GW. */
export class PneSockets {
  readonly #parts: PneSocketsParts
  readonly #lines = new Set<PneLine>()
  /** Those that speak for a PNE. */
  readonly #linesByPne = new Map<EntityId, Set<PneLine>>()

  constructor(parts: PneSocketsParts) {
    this.#parts = parts
  }

  /** Sockets that are open. */
  get count(): number {
    return this.#lines.size
  }

  /** PNEs that the server has admitted on one of them. */
  get admitted(): readonly EntityId[] {
    const lines = Array.from(this.#lines).filter((line) => line.isAdmittedAtAll)
    return [...new Set(lines.flatMap(({ pne }) => pne ?? []))]
  }

  /** Serves one socket until it ends. Never rejects. */
  async serve(socket: FrameSocket, way?: LineWay): Promise<void> {
    const line = new PneLine(socket, this.#parts.clock, way)
    this.#lines.add(line)
    try {
      for (let frame = await socket.receive(); frame; frame = await socket.receive()) {
        await this.#take(line, frame)
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown'
      this.#parts.log.warn('pne-socket-closed', { point: 'CPNS-1', reason })
    } finally {
      this.#forget(line)
      line.close('the PN GW cannot serve')
    }
  }

  /** Octets of a relay record of the server, for one PNE; whom nobody here waits for, it is not for. */
  deliver(pne: EntityId, octets: Uint8Array): void {
    for (const line of this.#linesFor(pne, octets)) {
      this.#parts.trace.toPne(pne, octets)
      line.send(octets)
    }
    if (!isHandshake(octets)) return
    this.#parts.desk.noteDelivered(decodeMessage(octets))
  }

  /** A control record: a PNE is admitted, or its session has ended. */
  noteStatus(status: PneStatus): void {
    for (const line of this.#linesByPne.get(status.pne) ?? []) line.noteStatus(status)
  }

  /** Records of either direction may have been lost on CPNS-2: PNEs that use a session attach again. */
  noteInterruption(): void {
    const admitted = Array.from(this.#lines).filter((line) => line.isAdmittedAtAll)
    for (const line of admitted) this.#refuse(line, 409, 'the way was interrupted: attach again')
  }

  close(): void {
    for (const line of this.#lines) line.close('the PN GW stops')
  }

  async #take(line: PneLine, frame: Frame): Promise<void> {
    try {
      if (frame.kind === 'text') await this.#takeHandshake(line, frame.octets)
      else await this.#takeBinary(line, frame.octets)
    } catch (error) {
      if (error instanceof InvalidMessage) this.#refuse(line, 400, error.message)
      else if (!(error instanceof TransportFailed)) throw error
    }
  }

  async #takeHandshake(line: PneLine, octets: Uint8Array): Promise<void> {
    const message = decodeMessage(octets)
    this.#parts.trace.fromPne(message)
    if (message.name === 'Error') return this.#parts.desk.noteError(message)
    const refusal = this.#refusalOf(line, message)
    if (refusal !== undefined) return this.#refuse(line, refusal.status, refusal.detail)
    if (message.name === 'UserInfoRegistration') return this.#takeRegistration(line, message)
    const { entityId, transactionId } = message
    line.carry(entityId, transactionId)
    this.#noteSpeaker(line, entityId)
    if (message.name === 'EUKeyAssignmentRequest') this.#parts.desk.noteRequest(message)
    await this.#forwardHandshake(line, entityId, octets)
  }

  #refusalOf(
    line: PneLine,
    { name, entityId, transactionId = '' }: CpnsMessage,
  ): { readonly status: 400 | 403 | 409; readonly detail: string } | undefined {
    if (!RELAYED.has(name) && name !== 'UserInfoRegistration') {
      return { status: 400, detail: `${name}: not expected here` }
    }
    if (line.isPlain && ONLY_OVER_TLS.has(name)) {
      return { status: 403, detail: `${name}: only over TLS` }
    }
    if (line.pne !== undefined && line.pne !== entityId) {
      return { status: 403, detail: 'this connection speaks for another entity' }
    }
    if (this.#isCarriedElsewhere(line, transactionId)) {
      return { status: 409, detail: 'another connection carries this exchange' }
    }
    return undefined
  }

  #takeRegistration(line: PneLine, message: UserInfoRegistration): void {
    if (message.pne === message.entityId) {
      line.speakFor(message.pne)
      this.#noteSpeaker(line, message.pne)
      this.#parts.desk.takeRegistration(line, message)
    } else this.#refuse(line, 403, 'this connection speaks for another entity')
  }

  #noteSpeaker(line: PneLine, pne: EntityId): void {
    const lines = this.#linesByPne.get(pne) ?? new Set()
    this.#linesByPne.set(pne, lines.add(line))
  }

  #forget(line: PneLine): void {
    this.#lines.delete(line)
    if (line.pne === undefined) return
    for (const sessionId of line.admittedSessions) this.#parts.gone(line.pne, sessionId)
    const lines = this.#linesByPne.get(line.pne)
    lines?.delete(line)
    if (lines?.size === 0) this.#linesByPne.delete(line.pne)
  }

  #isCarriedElsewhere(line: PneLine, transactionId: string): boolean {
    return Array.from(this.#lines).some((other) => other !== line && other.carries(transactionId))
  }

  /** A handshake message that met the end of a connection is sent again: the server answers alike. */
  async #forwardHandshake(line: PneLine, pne: EntityId, octets: Uint8Array): Promise<void> {
    try {
      await this.#forward(line, pne, octets)
    } catch (error) {
      if (!(error instanceof TransportFailed)) throw error
      await this.#forward(line, pne, octets)
    }
  }

  async #takeBinary(line: PneLine, octets: Uint8Array): Promise<void> {
    const frame = classifyFrame(octets)
    if (frame.kind === 'handshake') throw new InvalidMessage('in a binary frame', 'message')
    if (line.pne === undefined || !line.isAdmitted(frame.sessionId)) {
      return this.#refuse(line, 401, 'not admitted: authenticate first')
    }
    await this.#forward(line, line.pne, octets)
  }

  /** Holds the octets until the PN GW has a session, or the PNE has gone. Design 8 */
  async #forward(line: PneLine, pne: EntityId, octets: Uint8Array): Promise<void> {
    if (!this.#parts.isReady()) await line.unlessClosed(this.#parts.ready())
    if (!line.isClosed) await this.#parts.forward(pne, octets)
  }

  #refuse(line: PneLine, status: Exclude<Status, 200>, detail: string): void {
    const { entityId } = this.#parts
    line.send(encodeMessage({ name: 'Error', entityId, status, detail: cutText(detail, 256) }))
  }

  /**
   * Handshake messages go where their exchange came from, attach answers and records where their session
   * was admitted; an Error that names no exchange is about records.
   */
  #linesFor(pne: EntityId, octets: Uint8Array): readonly PneLine[] {
    const ofPne = [...(this.#linesByPne.get(pne) ?? [])]
    const frame = classifyFrame(octets)
    if (frame.kind !== 'handshake') return ofPne.filter((line) => line.isAdmitted(frame.sessionId))
    const { transactionId } = decodeMessage(octets)
    return transactionId === undefined
      ? ofPne.filter((line) => line.isAdmittedAtAll)
      : ofPne.filter((line) => line.carries(transactionId))
  }
}
