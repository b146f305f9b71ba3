/**
 * The CPNS Server: a NAF that fetches EUKeys, authenticates PN GWs and PNEs, and forwards messages
 * between them and the applications at it. CR 7.4.3, 7.5.2; Design 5 to 9
 */

import type { Status } from '../cpns/status.ts'
import type { Unsubscribe } from '../ports/bus.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import type { Arrival } from './arrival.ts'
import { createAttachmentDesk } from './attachment-desk.ts'
import { type Attachment, createAttachmentRegistry } from './attachment-registry.ts'
import { createDelivery } from './delivery.ts'
import type { Endpoint } from './endpoint.ts'
import { createEuKeyFinder } from './eukeys.ts'
import { serveGatewayConnection } from './gateway-connection.ts'
import { createHandshakeEndpoint, type HandshakeAnswer } from './handshake-endpoint.ts'
import { createMessageIntake, type Submission } from './message-intake.ts'
import type { CpnsServerOptions, CpnsServerPorts } from './options.ts'
import { createRecordHandler } from './record-handler.ts'
import { createRelay } from './relay.ts'
import { type ServiceHandler, serviceAddress } from './services.ts'

/** A running CPNS Server, without its sockets. */
export interface CpnsServer {
  /** `POST /cpns`: one handshake message in, one out. Never throws for what a peer sent. */
  answerPost(octets: Uint8Array, remoteAddress: string): Promise<HandshakeAnswer>
  /** `GET /cpns`, upgraded: serves a PN GW's WebSocket until it ends. Never rejects. */
  serveSocket(socket: FrameSocket): Promise<void>
  /** An application takes the messages to `urn:cpns:service:<name>`. @returns Takes it back. */
  registerService(name: string, handler: ServiceHandler): Unsubscribe
  /** A message of an application. @returns 202, or the status that refuses it. */
  submit(submission: Submission): Promise<Status>
  /** Ends a session now. @returns Whether it was there. */
  endSession(sessionId: string): Promise<boolean>
  /** How many entities are attached here. */
  readonly attachedCount: number
  /** Closes attachments and stops delivery; the store is the caller's. */
  stop(): void
}

/** Half a minute: how long a former session under the same EUKey still receives. Design 8 */
const FORMER_SESSION_MS = 30_000
/** How often rows that have expired are removed. */
const SWEEP_MS = 60_000

/** @param options Validated settings. @param ports All that touches the world. */
export function createCpnsServer(options: CpnsServerOptions, ports: CpnsServerPorts): CpnsServer {
  const context = { options, ports }
  const registry = createAttachmentRegistry()
  const delivery = createDelivery({ ...context, registry })
  const intake = createMessageIntake({ ...context, hasService: delivery.hasService })
  const endpoint = createHandshakeEndpoint({ ...context, euKeys: createEuKeyFinder(context) })

  const answerHandshake = async (
    octets: Uint8Array,
    arrival: Arrival,
  ): Promise<HandshakeAnswer> => {
    const answer = await endpoint.answer(octets, arrival)
    if (answer.made !== undefined) {
      const { session, endedSessionIds } = answer.made
      registry.endSessions(endedSessionIds)
      registry.of(session.entityId)?.endNoLaterThan(session.createdAtMs + FORMER_SESSION_MS)
    }
    return answer
  }

  const createDesk = (peer: Endpoint) =>
    createAttachmentDesk(peer, {
      ...context,
      registry,
      handleRecord: createRecordHandler({
        ...context,
        intake,
        delivery,
        relay: (gateway, content) => relay.take(gateway, content, peer.arrival.remoteAddress),
      }),
    })

  const relay = createRelay({ ...context, registry, answerHandshake, createDesk })
  registry.observe({
    opened: (attachment) => noteGateway(attachment, relay.gatewayReturned),
    closed: ({ session }) => relay.pneEnded(session),
  })

  let sweep = ports.clock.setTimer(SWEEP_MS, sweepExpired)
  function sweepExpired(): void {
    ports.store.removeExpired(ports.clock.nowMs()).catch((error: unknown) => {
      ports.log.error('sweep-failed', { reason: String(error) })
    })
    sweep = ports.clock.setTimer(SWEEP_MS, sweepExpired)
  }

  return {
    answerPost: (octets, remoteAddress) =>
      answerHandshake(octets, { kind: 'direct', remoteAddress }),
    serveSocket: (socket) =>
      serveGatewayConnection(socket, { ...context, answerHandshake, createDesk }),
    registerService: (name, handler) => delivery.addService(serviceAddress(name), handler),
    submit: (submission) => intake.submit(submission),
    async endSession(sessionId) {
      registry.endSessions([sessionId])
      return await ports.store.endSession(sessionId)
    },
    get attachedCount() {
      return registry.all().length
    },
    stop() {
      sweep.cancel()
      delivery.stop()
      registry.close()
    },
  }
}

/** Records of PNEs may be lost with a connection of their PN GW; then they are told to attach anew. */
function noteGateway(
  attachment: Attachment,
  gatewayReturned: (entityId: Attachment['session']['entityId']) => Promise<void>,
): void {
  if (attachment.session.role !== 'pn-gw' || !attachment.mayHaveLost) return
  gatewayReturned(attachment.session.entityId).catch(() => {})
}
