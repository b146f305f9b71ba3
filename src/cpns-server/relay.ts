/**
 * PNEs behind a PN GW, as the server sees them: octets in relay records. Design 7: handshake messages
 * and records go end to end; the PN GW learns from `PneStatus` for whom it may relay records.
 */

import { classifyFrame } from '../cpns/frame.ts'
import { messageEvent } from '../cpns/message-trace.ts'
import { encodeMessage, type PneStatus } from '../cpns/messages.ts'
import { decodeRelayContent, encodeRelayContent } from '../cpns/record-content.ts'
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { errorMessage } from './answers.ts'
import type { AttachmentDesk } from './attachment-desk.ts'
import type { Attachment, AttachmentRegistry } from './attachment-registry.ts'
import type { Endpoint } from './endpoint.ts'
import type { HandshakeAnswer } from './handshake-endpoint.ts'
import type { ServerContext } from './options.ts'
import type { Session } from './server-store.ts'

/** What relaying needs of the server. */
export interface RelayParts extends ServerContext {
  readonly registry: AttachmentRegistry
  readonly answerHandshake: (
    octets: Uint8Array,
    arrival: Extract<Endpoint['arrival'], { kind: 'relay' }>,
  ) => Promise<HandshakeAnswer>
  readonly createDesk: (endpoint: Endpoint) => AttachmentDesk
}

/** The PNEs behind the PN GWs of one node. */
export interface Relay {
  /** One relay record of an attached PN GW. Resolves when the server can take the next one. */
  take(gateway: Attachment, content: Uint8Array, remoteAddress: string): Promise<void>
  /** The PN GW came back on another connection: what was under way to its PNEs may be lost. */
  gatewayReturned(gateway: EntityId): Promise<void>
  /** Tells the PN GW that a PNE's session has ended. */
  pneEnded(session: Session): void
}

interface Line {
  readonly desk: AttachmentDesk
  /** The PNE's octets are handled one after the other; those of other PNEs go on meanwhile. */
  tail: Promise<void>
  waiting: number
}

/** Octets of one PNE that may wait while a handshake of it is under way; then its PN GW waits. */
const LINE_LIMIT = 32

/** One for each server. */
export function createRelay(parts: RelayParts): Relay {
  const { options, ports, registry } = parts
  const lines = new Map<string, Line>()

  const tell = async (gateway: EntityId, pne: EntityId, octets: Uint8Array): Promise<void> => {
    const attachment = registry.of(gateway)
    if (attachment === undefined) throw new TransportFailed('the PN GW is not attached')
    await attachment.send('relay', encodeRelayContent({ entityId: pne, octets }))
  }

  const tellStatus = async (
    session: Session,
    change: Pick<PneStatus, 'state' | 'transactionId'>,
  ): Promise<void> => {
    const gateway = session.via === undefined ? undefined : registry.of(session.via)
    if (gateway === undefined) return
    const status = pneStatusOf(session, change, parts)
    ports.trace(
      messageEvent(status, {
        point: 'CPNS-2',
        side: 'sent',
        from: options.entityId,
        to: gateway.session.entityId,
        atMs: ports.clock.nowMs(),
      }),
    )
    await gateway.send('control', encodeMessage(status))
  }

  const forgetIdle = (via: EntityId, pne: EntityId): void => {
    const key = lineKey(via, pne)
    const line = lines.get(key)
    if (line?.waiting === 0 && line.desk.isIdle) lines.delete(key)
  }

  registry.observe({
    opened() {},
    closed({ session }) {
      if (session.via === undefined) return
      forgetIdle(session.via, session.entityId)
    },
  })

  const lineOf = (via: EntityId, pne: EntityId, remoteAddress: string): Line => {
    const key = lineKey(via, pne)
    const known = lines.get(key)
    if (known !== undefined) return known
    const endpoint = relayEndpoint({ via, pne, remoteAddress }, registry, tell)
    const line: Line = { desk: parts.createDesk(endpoint), tail: Promise.resolve(), waiting: 0 }
    lines.set(key, line)
    return line
  }

  const handshake = async (octets: Uint8Array, at: RelayArrival): Promise<void> => {
    const answer = await parts.answerHandshake(octets, at)
    if (answer.made !== undefined) {
      const { transactionId } = answer
      await tellStatus(answer.made.session, { state: 'admitted', transactionId })
    }
    await tell(at.via, at.pne, answer.octets)
  }

  const handle = async (line: Line, octets: Uint8Array, at: RelayArrival): Promise<void> => {
    try {
      if (classifyFrame(octets).kind === 'handshake') await handshake(octets, at)
      else await line.desk.take(octets)
    } catch (error) {
      if (error instanceof InvalidMessage) {
        const detail = error.message
        const refusal = { serverEntityId: options.entityId, status: 400 as const, detail }
        await tell(at.via, at.pne, errorMessage(refusal)).catch(() => {})
      } else if (!(error instanceof TransportFailed)) throw error
    }
  }

  return {
    async take(gateway, content, remoteAddress) {
      const { entityId: pne, octets } = decodeRelayContent(content)
      const via = gateway.session.entityId
      const line = lineOf(via, pne, remoteAddress)
      line.waiting += 1
      const handled = line.tail.then(() =>
        handle(line, octets, { kind: 'relay', via, pne, remoteAddress }),
      )
      line.tail = handled.catch((error: unknown) => {
        ports.log.error('relay-failed', {
          reason: error instanceof Error ? error.message : 'unknown',
        })
      })
      const settled = line.tail.then(() => {
        line.waiting -= 1
        forgetIdle(via, pne)
      })
      if (line.waiting >= LINE_LIMIT) await settled
    },
    async gatewayReturned(gateway) {
      const detail = 'the PN GW came back: attach again'
      for (const { session } of registry.all().filter((other) => other.session.via === gateway)) {
        const again = errorMessage({ serverEntityId: options.entityId, status: 409, detail })
        await tell(gateway, session.entityId, again)
      }
    },
    pneEnded(session) {
      const transactionId = session.sessionId
      tellStatus(session, { state: 'ended', transactionId }).catch(() => {})
    },
  }
}

type RelayArrival = Extract<Endpoint['arrival'], { kind: 'relay' }>

function lineKey(via: EntityId, pne: EntityId): string {
  return `${via}\n${pne}`
}

function relayEndpoint(
  at: Omit<RelayArrival, 'kind'>,
  registry: AttachmentRegistry,
  tell: (gateway: EntityId, pne: EntityId, octets: Uint8Array) => Promise<void>,
): Endpoint {
  return {
    arrival: { kind: 'relay', ...at },
    get isReady() {
      return registry.of(at.via)?.isOpen ?? false
    },
    ready: (until) => registry.whenOpen(at.via, until),
    send: (octets) => tell(at.via, at.pne, octets),
  }
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
