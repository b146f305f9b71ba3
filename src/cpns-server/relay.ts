/**
 * PNEs behind a PN GW, as the server sees them: octets in relay records. Design 7: handshake messages
 * and records go end to end; the PN GW learns from `PneStatus` for whom it may relay records.
 */
import { isHandshake } from '../cpns/frame.ts'
import { messageEvent } from '../cpns/message-trace.ts'
import { encodeMessage, type PneStatus } from '../cpns/messages.ts'
import { decodeRelayContent, encodeRelayContent } from '../cpns/record-content.ts'
import type { Status } from '../cpns/status.ts'
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Timer } from '../ports/clock.ts'
import { encodeError } from './answers.ts'
import type { AttachmentDesk } from './attachment-desk.ts'
import type { Attachment, AttachmentRegistry } from './attachment-registry.ts'
import type { Endpoint } from './endpoint.ts'
import { GatewayLoads } from './gateway-loads.ts'
import type { HandshakeAnswer } from './handshake-endpoint.ts'
import type { ServerContext } from './options.ts'
import type { Session } from './server-store.ts'

/** What relaying needs of the server. */
export interface RelayParts extends ServerContext {
  readonly registry: AttachmentRegistry
  readonly answerHandshake: (octets: Uint8Array, arrival: RelayArrival) => Promise<HandshakeAnswer>
  readonly createDesk: (endpoint: Endpoint) => AttachmentDesk
}

type RelayArrival = Extract<Endpoint['arrival'], { kind: 'relay' }>

/** One PNE behind one PN GW. */
interface Line {
  readonly arrival: RelayArrival
  readonly desk: AttachmentDesk
  /** The PNE's attach frames and records are handled one after the other. */
  tail: Promise<void>
  /** How many of them wait. */
  waiting: number
  /** Handshake messages under way; beside the records, because a BSF may have to be asked. */
  handshakes: number
}

/** Records of one PNE that may wait; then its PN GW waits. */
const LINE_LIMIT = 32
/** Handshake messages of one PNE that may be under way; an honest one has one. */
const HANDSHAKE_LIMIT = 4
/** How long an answer to a handshake message waits for a PN GW that makes a new session. Design 12 */
const ANSWER_MS = 30_000

/** The PNEs behind the PN GWs of one node. */
export class Relay {
  readonly #parts: RelayParts
  readonly #lines = new Map<string, Line>()
  readonly #loads = new GatewayLoads()

  constructor(parts: RelayParts) {
    this.#parts = parts
    parts.registry.observe({
      closed: ({ session }, end) => {
        if (end !== 'detached') this.noteEnded(session)
      },
    })
  }

  /** PNEs that anything is known of. */
  get lineCount(): number {
    return this.#lines.size
  }

  /**
   * One relay record of an attached PN GW. Resolves when the server can take the next one.
   *
   * @throws {InvalidMessage} If it is none.
   */
  async take(gateway: Attachment, content: Uint8Array): Promise<void> {
    const { entityId: pne, octets } = decodeRelayContent(content)
    const { remoteAddress, session } = gateway
    const arrival: RelayArrival = { kind: 'relay', via: session.entityId, pne, remoteAddress }
    const line = this.#lineOf(arrival)
    // Octets that are no frame at all go to the desk, which says so.
    if (!isHandshake(octets)) return await this.#takeBinary(line, octets, gateway)
    const full = this.beside(gateway, this.#takeHandshake(line, arrival, octets))
    if (full !== undefined) await full
  }

  /** As `GatewayLoads.beside`: also what else goes on for the PNEs of a PN GW. */
  beside(gateway: Attachment, work: Promise<void>): Promise<void> | undefined {
    return this.#loads.beside(gateway, work)
  }

  /** A session is over: the PN GW of a PNE relays no more records under it. Design 7 */
  noteEnded(session: Session): void {
    this.#tellStatus(session, { state: 'ended', transactionId: session.sessionId }).catch(() => {})
  }

  /**
   * The local way of a PNE to its PN GW is gone, as that says.
   *
   * @returns The attachment that was used over it, when all that came of the PNE before has been handled.
   */
  async whenGone(gateway: Session, { pne, sessionId }: PneStatus): Promise<Attachment | undefined> {
    await this.#lines.get(lineKey(gateway.entityId, pne))?.tail
    const attachment = this.#parts.registry.of(pne)
    const { session } = attachment ?? {}
    const isIts = session?.sessionId === sessionId && session.via === gateway.entityId
    return isIts ? attachment : undefined
  }

  /** Forgets PNEs that have gone; called from time to time. */
  forgetIdle(): void {
    for (const line of this.#lines.values()) this.#forgetIfIdle(line)
  }

  #lineOf(arrival: RelayArrival): Line {
    const key = lineKey(arrival.via, arrival.pne)
    const known = this.#lines.get(key)
    if (known !== undefined) return known
    const desk = this.#parts.createDesk(new RelayEndpoint(arrival, this.#parts.registry))
    const line: Line = { arrival, desk, tail: Promise.resolve(), waiting: 0, handshakes: 0 }
    this.#lines.set(key, line)
    return line
  }

  #forgetIfIdle({ arrival, desk, waiting, handshakes }: Line): void {
    const isIdle = waiting === 0 && handshakes === 0 && desk.isIdle
    if (isIdle) this.#lines.delete(lineKey(arrival.via, arrival.pne))
  }

  /** Never rejects. */
  async #takeHandshake(line: Line, arrival: RelayArrival, octets: Uint8Array): Promise<void> {
    if (line.handshakes >= HANDSHAKE_LIMIT) {
      await this.#refuse(arrival, 429, 'too many handshakes at once')
      return
    }
    line.handshakes += 1
    await this.#guard(arrival, () => this.#handshake(arrival, octets))
    line.handshakes -= 1
    this.#forgetIfIdle(line)
  }

  async #takeBinary(line: Line, octets: Uint8Array, gateway: Attachment): Promise<void> {
    line.waiting += 1
    line.tail = this.#takeNext(line, octets, line.waiting === 1 ? undefined : line.tail)
    const full = this.beside(gateway, line.tail)
    if (full !== undefined) await full
    if (line.waiting >= LINE_LIMIT) await line.tail
  }

  /** @param before What is to be done first. Never rejects. */
  async #takeNext(line: Line, octets: Uint8Array, before: Promise<void> | undefined) {
    if (before !== undefined) await before
    try {
      await line.desk.take(octets)
    } catch (error) {
      await this.#noteFailure(line.arrival, error)
    }
    line.waiting -= 1
    this.#forgetIfIdle(line)
  }

  /** What goes wrong for one PNE is told to it, and concerns no other. */
  async #guard(arrival: RelayArrival, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      await this.#noteFailure(arrival, error)
    }
  }

  async #noteFailure(arrival: RelayArrival, error: unknown): Promise<void> {
    if (error instanceof TransportFailed) return
    if (error instanceof InvalidMessage) {
      await this.#refuse(arrival, 400, error.message)
      return
    }
    const reason = error instanceof Error ? error.message : 'unknown'
    this.#parts.ports.log.error('relay-failed', { point: 'CPNS-2', pne: arrival.pne, reason })
  }

  async #handshake(arrival: RelayArrival, octets: Uint8Array): Promise<void> {
    const answer = await this.#parts.answerHandshake(octets, arrival)
    if (answer.isToError) return
    await this.#whenAttached(arrival.via)
    const { made, transactionId } = answer
    if (made !== undefined && transactionId !== undefined) {
      await this.#tellStatus(made.session, { state: 'admitted', transactionId })
    }
    await tell(arrival, answer.octets, this.#parts.registry)
  }

  /** A PN GW whose session ended makes a new one first. Design 8 */
  async #whenAttached(gateway: EntityId): Promise<void> {
    const { registry, ports } = this.#parts
    if (registry.of(gateway)?.isOpen) return
    let timer: Timer | undefined
    const late = new Promise<void>((resolve) => {
      timer = ports.clock.setTimer(ANSWER_MS, resolve)
    })
    await registry.whenOpen(gateway, late)
    timer?.cancel()
  }

  /** Never rejects. */
  async #refuse(arrival: RelayArrival, status: Exclude<Status, 200>, detail: string) {
    const serverEntityId = this.#parts.options.entityId
    const octets = encodeError({ serverEntityId, status, detail })
    await tell(arrival, octets, this.#parts.registry).catch(() => {})
  }

  async #tellStatus(
    session: Session,
    change: Pick<PneStatus, 'state' | 'transactionId'>,
  ): Promise<void> {
    const { options, ports, registry } = this.#parts
    const gateway = session.via === undefined ? undefined : registry.of(session.via)
    if (gateway === undefined) return
    const status = pneStatusOf(session, change, this.#parts)
    const sent = gateway.send('control', encodeMessage(status))
    const [from, to] = [options.entityId, gateway.session.entityId]
    const atMs = ports.clock.nowMs()
    ports.trace(messageEvent(status, { point: 'CPNS-2', side: 'sent', from, to, atMs }))
    await sent
  }
}

/** A PNE's way: through whatever attachment its PN GW has. */
class RelayEndpoint implements Endpoint {
  readonly arrival: RelayArrival
  readonly #registry: AttachmentRegistry

  constructor(arrival: RelayArrival, registry: AttachmentRegistry) {
    this.arrival = arrival
    this.#registry = registry
  }

  get isReady(): boolean {
    return this.#registry.of(this.arrival.via)?.isOpen ?? false
  }

  ready(until: Promise<void>): Promise<void> {
    return this.#registry.whenOpen(this.arrival.via, until)
  }

  send(octets: Uint8Array): Promise<void> {
    return tell(this.arrival, octets, this.#registry)
  }
}

async function tell(
  { via, pne }: RelayArrival,
  octets: Uint8Array,
  registry: AttachmentRegistry,
): Promise<void> {
  const gateway = registry.of(via)
  if (gateway === undefined) throw new TransportFailed('the PN GW is not attached')
  await gateway.send('relay', encodeRelayContent({ entityId: pne, octets }))
}

function lineKey(via: EntityId, pne: EntityId): string {
  return `${via}\n${pne}`
}

function pneStatusOf(
  session: Session,
  { state, transactionId }: Pick<PneStatus, 'state' | 'transactionId'>,
  { options, ports }: ServerContext,
): PneStatus {
  const leftMs = session.expiresAtMs - ports.clock.nowMs()
  return {
    name: 'PneStatus',
    transactionId,
    entityId: options.entityId,
    pne: session.entityId,
    sessionId: session.sessionId,
    state,
    secondsLeft: state === 'ended' ? 0 : Math.max(0, Math.floor(leftMs / 1000)),
  }
}
