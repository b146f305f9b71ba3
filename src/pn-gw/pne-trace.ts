/** What a PN GW sees of its PNEs: handshake messages by name, records only by kind. Design 7, 11 */
import { classifyFrame } from '../cpns/frame.ts'
import { messageEvent } from '../cpns/message-trace.ts'
import { type CpnsMessage, decodeMessage } from '../cpns/messages.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Clock } from '../ports/clock.ts'
import { noTrace, type ReferencePoint, type Trace, type TraceEvent } from '../trace/trace.ts'

/** Both sides of the relay. */
export interface PneTrace {
  /** Came from a PNE on CPNS-1. */
  fromPne(message: CpnsMessage): void
  /** Goes to a PNE on CPNS-1. */
  toPne(pne: EntityId, octets: Uint8Array): void
  /** Goes to the server on CPNS-2, in a relay record. */
  relayed(pne: EntityId, octets: Uint8Array): void
}

/** @param names.server What the server is called in events. */
export function createPneTrace(
  names: { readonly gateway: EntityId; readonly server: string },
  ports: { readonly clock: Clock; readonly trace: Trace },
): PneTrace {
  if (ports.trace === noTrace) return { fromPne() {}, toPne() {}, relayed() {} }
  const opaque = (
    octets: Uint8Array,
    seen: Pick<TraceEvent, 'from' | 'to'> & { readonly point: ReferencePoint },
  ): void => {
    const at = { ...seen, side: 'sent' as const, atMs: ports.clock.nowMs() }
    const frame = classifyFrame(octets)
    if (frame.kind === 'handshake') {
      ports.trace(messageEvent(decodeMessage(octets), at, octets))
    } else {
      const fields = { SessionID: frame.sessionId, octets: octets.length }
      const wire = frameWire(octets)
      ports.trace({ kind: 'message', ...at, message: NAMES[frame.kind], fields, wire })
    }
  }
  return {
    fromPne(message) {
      ports.trace(
        messageEvent(message, {
          point: 'CPNS-1',
          side: 'received',
          from: message.entityId,
          to: names.gateway,
          atMs: ports.clock.nowMs(),
        }),
      )
    },
    toPne(pne, octets) {
      opaque(octets, { point: 'CPNS-1', from: names.gateway, to: pne })
    },
    relayed(pne, octets) {
      const seen = { point: 'CPNS-2', side: 'sent', from: names.gateway, to: names.server } as const
      const at = { ...seen, atMs: ports.clock.nowMs() }
      const fields = { PNE: pne, octets: octets.length }
      const frame = classifyFrame(octets)
      if (frame.kind === 'handshake') {
        const { wire, message } = messageEvent(decodeMessage(octets), at, octets)
        ports.trace({
          kind: 'message',
          ...at,
          message: `relay: ${message}`,
          fields,
          ...(wire && { wire }),
        })
      } else {
        const message = `relay: ${NAMES[frame.kind]}`
        ports.trace({ kind: 'message', ...at, message, fields, wire: frameWire(octets) })
      }
    },
  }
}

/** Nothing in it is secret here: nonces are public, and a record is sealed for others. */
function frameWire(octets: Uint8Array): NonNullable<TraceEvent['wire']> {
  return () => ({ protocol: 'cpns-frame', octets: octets.slice() })
}

const NAMES = {
  'attach-request': 'attach',
  'attach-answer': 'attached',
  record: 'record',
} as const
