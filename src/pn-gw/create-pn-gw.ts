/**
 * The PN GW: proves itself to the CPNS Server with its EUKey, keeps a session, and only then forwards
 * between the PNEs around it and the server. CR 7.5.2; Design 7, 8
 */
import type { Algorithm } from '../cpns/algorithms.ts'
import type { ClientSessionInfo } from '../cpns/client-session.ts'
import type { CredentialSource } from '../cpns/credentials.ts'
import type { LinkDownReason } from '../cpns/link-watch.ts'
import { messageEvent } from '../cpns/message-trace.ts'
import { type CpnsMessage, decodeMessage, encodeMessage } from '../cpns/messages.ts'
import { decodeRelayContent, encodeRelayContent } from '../cpns/record-content.ts'
import { createSessionLink, type SessionLink } from '../cpns/session-link.ts'
import { freshTransactionId } from '../cpns/transaction-id.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Clock } from '../ports/clock.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Trace } from '../trace/trace.ts'
import {
  type PnOptions,
  PnRegistrar,
  type PnRegistrarParts,
  type RegisteredPn,
} from './pn-registrar.ts'
import type { LineWay } from './pne-line.ts'
import type { DeskOutcome, OpenPairing, PairingWish } from './pne-pairings.ts'
import { PneSockets, type PneSocketsParts } from './pne-sockets.ts'
import { createPneTrace, type PneTrace } from './pne-trace.ts'
import { TriggerDesk, type TriggerWish } from './trigger-desk.ts'

/** Validated settings of one PN GW. */
export interface PnGwOptions {
  readonly entityId: EntityId
  /** What the server is called in events. */
  readonly serverName: string
  /** Offered, best first. M-2 */
  readonly algorithms: readonly Algorithm[]
  /** How long before its end a session is renewed; 0 renews at the end. */
  readonly renewAheadMs: number
  /** Its PN, to be registered at the server; absent: none is. */
  readonly pn?: PnOptions
}

/** What a PN GW is given. */
export interface PnGwPorts {
  readonly credentials: CredentialSource
  /** CPNS-2. @throws {TransportFailed} If there is no way to the server now. */
  readonly connectServer: () => Promise<FrameSocket>
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  readonly log: Log
  /** The PN GW forwards. */
  readonly onUp?: (session: ClientSessionInfo, isNewSession: boolean) => void
  /** The PN GW holds what its PNEs send. */
  readonly onDown?: (reason: LinkDownReason) => void
  /** Its PN has been registered. */
  readonly onPn?: (pn: RegisteredPn) => void
  /** The PN GW gave up: the reason says which check failed. */
  readonly onFailed?: (error: Error) => void
}

/** A PN GW, without its sockets. */
export interface PnGw {
  /** Resolves when it forwards for the first time. @throws {CpnsError} If it cannot come to a session. */
  start(): Promise<void>
  /** Resolves when it forwards. */
  whenUp(): Promise<void>
  /** Serves a PNE's socket on CPNS-1 until it ends. Never rejects. */
  servePne(socket: FrameSocket, way?: LineWay): Promise<void>
  /** Lets a PNE be paired, which shows the code. M-7 */
  pair(wish: PairingWish): OpenPairing
  /** Makes a PNE ask for an EUKey. M-7 @throws {CpnsError} If the server cannot be asked. */
  trigger(wish: TriggerWish): Promise<DeskOutcome>
  readonly session: ClientSessionInfo | undefined
  /** Its PN as the server last registered it. */
  readonly pn: RegisteredPn | undefined
  /** PNE sockets that are open. */
  readonly pneCount: number
  stop(): void
}

/** @param options Validated settings. @param ports All that touches the world. */
export function createPnGw(options: PnGwOptions, ports: PnGwPorts): PnGw {
  const { entityId, serverName } = options
  const pneTrace = createPneTrace({ gateway: entityId, server: serverName }, ports)
  const traceMessage = createMessageTrace(options, ports)

  const link = createSessionLink(
    {
      identity: { entityId, role: 'pn-gw', algorithms: options.algorithms },
      renewAheadMs: options.renewAheadMs,
    },
    {
      ...ports,
      seen: (side, octets) => traceMessage(side, decodeMessage(octets)),
      connect: ports.connectServer,
      async handleRecord(type, content) {
        if (type === 'control') control.take(content)
        if (type !== 'relay') return
        const { entityId: pne, octets } = decodeRelayContent(content)
        sockets.deliver(pne, octets)
      },
      onUp(session, isNewSession, mayHaveLost) {
        if (mayHaveLost) sockets.noteInterruption()
        ports.onUp?.(session, isNewSession)
        control.registrar?.noteUp()
      },
      onDown(reason) {
        control.registrar?.noteDown()
        ports.onDown?.(reason)
      },
    },
  )

  const tellServer = createTellServer(link, traceMessage)
  const desk = createDesk(options, ports, { tellServer, pneTrace })

  const sockets = new PneSockets({
    ...ports,
    desk,
    entityId,
    trace: pneTrace,
    isReady: () => link.isUp,
    ready: () => link.whenUp(),
    forward: createForward(link, pneTrace),
    gone: createGone(entityId, ports, tellServer),
  })
  const control = createControl(options, ports, { link, sockets, desk, traceMessage })

  return {
    start: () => link.start(),
    whenUp: () => link.whenUp(),
    servePne: (socket, way) => sockets.serve(socket, way),
    pair: (wish) => desk.pair(wish),
    trigger: (wish) => desk.trigger(wish),
    get session() {
      return link.session
    },
    get pn() {
      return control.registrar?.pn
    },
    get pneCount() {
      return sockets.count
    },
    stop() {
      control.registrar?.stop()
      desk.stop()
      sockets.close()
      link.stop()
    },
  }
}

type TraceMessage = (side: 'sent' | 'received', message: CpnsMessage) => void

function createMessageTrace({ entityId, serverName }: PnGwOptions, ports: PnGwPorts): TraceMessage {
  return (side, message) => {
    const [from, to] = side === 'sent' ? [entityId, serverName] : [serverName, entityId]
    const at = { point: 'CPNS-2', side, from, to, atMs: ports.clock.nowMs() } as const
    ports.trace(messageEvent(message, at))
  }
}

/** Sends a control record, when there is a session. @throws {CpnsError} If there will be none. */
type TellServer = (message: CpnsMessage) => Promise<void>

function createTellServer(link: SessionLink, traceMessage: TraceMessage): TellServer {
  return async (message) => {
    await link.whenUp()
    const sent = link.send('control', encodeMessage(message))
    traceMessage('sent', message)
    await sent
  }
}

function createForward(link: SessionLink, pneTrace: PneTrace): PneSocketsParts['forward'] {
  return async (pne, octets) => {
    const sent = link.send('relay', encodeRelayContent({ entityId: pne, octets }))
    pneTrace.relayed(pne, octets)
    await sent
  }
}

/**
 * Without it the server would take a PNE for here as long as its session lasts, because a PNE that goes says
 * nothing. docs/explanation/decisions/0036-the-pn-inventory.md
 */
function createGone(
  entityId: EntityId,
  { random }: PnGwPorts,
  tellServer: TellServer,
): PneSocketsParts['gone'] {
  return (pne, sessionId) => {
    const transactionId = freshTransactionId(random)
    const told = { name: 'PneStatus', transactionId, entityId, pne, sessionId } as const
    // A PN GW that stops, or whose connection ends under it, is away itself.
    tellServer({ ...told, state: 'ended', secondsLeft: 0 }).catch(() => {})
  }
}

function createDesk(
  { entityId }: PnGwOptions,
  ports: PnGwPorts,
  { tellServer, pneTrace }: { readonly tellServer: TellServer; readonly pneTrace: PneTrace },
): TriggerDesk {
  return new TriggerDesk({
    ...ports,
    entityId,
    askServer: tellServer,
    tell(line, message) {
      const octets = encodeMessage(message)
      pneTrace.toPne(line.pne ?? entityId, octets)
      line.send(octets)
    },
  })
}

/** What PN GW and server say to each other in control records. Design 6, 7 */
function createControl(
  { entityId, pn }: PnGwOptions,
  { clock, random, log, onPn }: PnGwPorts,
  parts: {
    readonly link: SessionLink
    readonly sockets: PneSockets
    readonly desk: TriggerDesk
    readonly traceMessage: TraceMessage
  },
) {
  const { link, sockets, desk, traceMessage } = parts
  const ways: Pick<PnRegistrarParts, 'members' | 'send' | 'onRegistered'> = {
    members: () => sockets.admitted,
    async send(registration, octets) {
      const sent = link.send('control', octets)
      traceMessage('sent', registration)
      await sent
    },
    ...(onPn !== undefined && { onRegistered: onPn }),
  }
  const registrar = pn && new PnRegistrar({ entityId, pn, clock, random, log, ...ways })
  return {
    registrar,
    /** @throws {InvalidMessage} If it is no message. */
    take(content: Uint8Array): void {
      const message = decodeMessage(content)
      if (message.name === 'PneStatus') {
        sockets.noteStatus(message)
        if (message.state === 'admitted') registrar?.add(message.pne)
      } else if (message.name === 'PnRegistrationResult') {
        traceMessage('received', message)
        registrar?.take(message)
      } else {
        traceMessage('received', message)
        desk.takeAnswer(message)
      }
    },
  }
}
