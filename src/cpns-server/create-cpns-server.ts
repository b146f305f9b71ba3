/**
 * The CPNS Server: a NAF that fetches EUKeys, authenticates PN GWs and PNEs, and forwards messages
 * between them and the applications at it. CR 7.4.3, 7.5.2; Design 5 to 9
 */

import type { Status } from '../cpns/status.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Unsubscribe } from '../ports/bus.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { createSteadyClock } from '../ports/steady-clock.ts'
import { AcknowledgedMessages } from './acknowledged-messages.ts'
import { type Arrival, type DirectWay, directArrival } from './arrival.ts'
import { AttachmentDesk } from './attachment-desk.ts'
import { type AttachmentRegistry, createAttachmentRegistry } from './attachment-registry.ts'
import { createDelivery } from './delivery.ts'
import type { Endpoint } from './endpoint.ts'
import { createEuKeyFinder } from './eukeys.ts'
import { serveGatewayConnection } from './gateway-connection.ts'
import { createHandshakeEndpoint, type HandshakeAnswer } from './handshake-endpoint.ts'
import { createMailbox } from './mailbox.ts'
import { createMessageIntake, type Submission } from './message-intake.ts'
import type { CpnsServerOptions, CpnsServerPorts, ServerContext } from './options.ts'
import { passwordPolicyOf } from './password-policy.ts'
import { createPnInventory, type PnInventory } from './pn-inventory.ts'
import { createRecordHandler } from './record-handler.ts'
import { Relay } from './relay.ts'
import { isReservedName } from './reserved-names.ts'
import { type ServiceHandler, serviceAddress } from './services.ts'
import { startStoreWatch } from './store-watch.ts'
import { createVerifierFinder } from './users.ts'

/** A running CPNS Server, without its sockets. */
export interface CpnsServer {
  /** `POST /cpns`: one handshake message in, one out. Never throws for what a peer sent. */
  answerPost(octets: Uint8Array, remoteAddress: string, way?: DirectWay): Promise<HandshakeAnswer>
  /** `GET /cpns`, upgraded: serves a PN GW's WebSocket until it ends. Never rejects. */
  serveSocket(socket: FrameSocket, way?: DirectWay): Promise<void>
  /**
   * An application takes the messages to `urn:cpns:service:<name>`, in place of a former one.
   *
   * @returns Takes it back. @throws {RangeError} If that cannot be a name.
   */
  registerService(name: string, handler: ServiceHandler): Unsubscribe
  /** A message of an application. @returns 202; 400, 404 or 413 if it is refused, 503 if it is to come again. */
  submit(submission: Submission): Promise<Status>
  /** Ends a session now, and its entity is offline for who asks then. @returns Whether it was there. */
  endSession(sessionId: string): Promise<boolean>
  /** Closes the attachments of sessions that the store no longer has; as `endSession`. Never rejects. */
  closeEnded(): Promise<void>
  /** Whether no entity can prove itself under this EntityID: ours, and those of applications. */
  isReserved(entityId: EntityId): boolean
  /** How many entities are attached here. */
  readonly attachedCount: number
  /** Closes attachments and sockets and stops delivery; the store is the caller's. */
  stop(): void
}

/** @param options Validated settings. @param ports All that touches the world. */
export function createCpnsServer(options: CpnsServerOptions, ports: CpnsServerPorts): CpnsServer {
  const clock = createSteadyClock(ports.clock, ports.log)
  const context: ServerContext = { options, ports: { ...ports, clock } }
  const registry = createAttachmentRegistry()
  const mailbox = createMailbox(context)
  const acknowledged = new AcknowledgedMessages(context.ports)
  const delivery = createDelivery({ ...context, registry, mailbox, acknowledged })
  const intake = createMessageIntake({ ...context, delivery, mailbox, acknowledged })
  const endpoint = createHandshakeEndpoint({
    ...context,
    euKeys: createEuKeyFinder(context),
    verifiers: createVerifierFinder(passwordPolicyOf(options.passwords).cost, ports),
  })
  const inventory = createPnInventory({ ...context, registry })
  const handleRecord = createRecordHandler({
    ...context,
    intake,
    delivery,
    inventory,
    relay: () => relay,
  })
  const deskParts = { ...context, registry, handleRecord }
  const sockets = new Set<FrameSocket>()
  let isStopped = false

  const answerHandshake = async (
    octets: Uint8Array,
    arrival: Arrival,
  ): Promise<HandshakeAnswer> => {
    const answer = await endpoint.answer(octets, arrival)
    if (answer.made !== undefined) {
      const { session, endedSessionIds, formerSessionEndsAtMs } = answer.made
      registry.endSessions(endedSessionIds)
      registry.of(session.entityId)?.endNoLaterThan(formerSessionEndsAtMs)
    }
    return answer
  }

  const createDesk = (peer: Endpoint) => new AttachmentDesk(peer, deskParts)
  const relay = new Relay({ ...context, registry, answerHandshake, createDesk })
  const watch = startStoreWatch({ ...context, registry, relay, delivery })

  return {
    answerPost: (octets, remoteAddress, way) =>
      answerHandshake(octets, directArrival(remoteAddress, way)),
    async serveSocket(socket, way) {
      if (isStopped) return socket.close('the server stops')
      sockets.add(socket)
      const arrival = directArrival(socket.remoteAddress, way)
      await serveGatewayConnection(socket, { ...context, arrival, answerHandshake, createDesk })
      sockets.delete(socket)
    },
    registerService: (name, handler) => delivery.addService(serviceAddress(name), handler),
    submit: (submission) => intake.submit(submission),
    isReserved: (entityId) => isReservedName(entityId, context),
    endSession: (sessionId) => endSession(sessionId, { ...context, registry, relay, inventory }),
    closeEnded: () => watch.closeEnded().then(() => inventory.presenceNoted()),
    get attachedCount() {
      return registry.all().length
    },
    stop() {
      isStopped = true
      watch.cancel()
      delivery.stop()
      acknowledged.stop()
      registry.close()
      for (const socket of sockets) socket.close('the server stops')
    },
  }
}

interface Attached extends ServerContext {
  readonly registry: AttachmentRegistry
  readonly relay: Relay
}

/** First the row, so that nobody can attach to the session any more; then whoever is attached. */
async function endSession(
  sessionId: string,
  { ports, registry, relay, inventory }: Attached & { readonly inventory: PnInventory },
): Promise<boolean> {
  const session = await ports.store.findSession(sessionId, ports.clock.nowMs())
  const wasThere = await ports.store.endSession(sessionId)
  const isAttached = session && registry.of(session.entityId)?.session.sessionId === sessionId
  if (isAttached) registry.endSessions([sessionId])
  else if (session !== undefined) relay.noteEnded(session)
  await inventory.presenceNoted()
  return wasThere
}
