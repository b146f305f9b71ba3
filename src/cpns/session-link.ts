/**
 * The client's side of its connection to the server, kept up: connect, authenticate, attach, and again
 * whenever session, attachment or connection end. PN GW and PNE use it alike. Design 7, 8
 */
import { AuthenticationFailed, ConfigurationInvalid, TransportFailed } from '../errors/errors.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import type { Log } from '../ports/log.ts'
import { attach } from './link-attachment.ts'
import {
  type ClientIdentity,
  type ClientSession,
  type ClientSessionInfo,
  describeSession,
} from './client-session.ts'
import { createGate } from './gate.ts'
import { type AuthenticationPorts, authenticate } from './link-authentication.ts'
import { type LinkConnection, type LinkRecordHandler, openLinkConnection } from './link-connection.ts'
import { attachmentErrorOf } from './attachment-error.ts'
import type { RecordType } from './record.ts'

/** Why a link that was up is not any more. */
export type LinkDownReason = 'session-ended' | 'attach-again' | 'authenticate-again' | 'closed'

/** What a link needs. */
export interface SessionLinkPorts extends AuthenticationPorts {
  /** @throws {TransportFailed} If there is no way to the server now. */
  readonly connect: () => Promise<FrameSocket>
  readonly handleRecord: LinkRecordHandler
  readonly log: Log
  /** Records can be sent. */
  readonly onUp?: (session: ClientSessionInfo, isNewSession: boolean) => void
  /** Records have to wait. */
  readonly onDown?: (reason: LinkDownReason) => void
  /** The link has given up; it can be started again after the cause is gone. */
  readonly onFailed?: (error: Error) => void
}

/** A link. */
export interface SessionLink {
  /** Starts and resolves when the link is up for the first time. @throws As `whenUp`. */
  start(): Promise<void>
  /** Resolves when records can be sent. @throws {CpnsError} If the link has failed or was stopped. */
  whenUp(): Promise<void>
  /**
   * Seals and sends one record, as soon as the link is up.
   *
   * @throws {TransportFailed} If the connection ends under it: the record may be lost.
   */
  send(type: RecordType, content: Uint8Array): Promise<void>
  /** The session in use. */
  readonly session: ClientSessionInfo | undefined
  /** Ends connection and session use. Safe to call twice. */
  stop(): void
}

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 10_000

/** @param options.renewAheadMs How long before its end a session is renewed; default 0. */
export function createSessionLink(
  options: { readonly identity: ClientIdentity; readonly renewAheadMs?: number },
  ports: SessionLinkPorts,
): SessionLink {
  const { clock } = ports
  const up = createGate<LinkConnection>()
  let session: ClientSession | undefined
  let current: LinkConnection | undefined
  let stopped = false
  let retryMs = FIRST_RETRY_MS

  const dueAtMs = (of: ClientSession): number => of.endsAtMonotonicMs - (options.renewAheadMs ?? 0)

  const forgetSession = (): void => {
    session?.sessionKey.wipe()
    session = undefined
  }

  const untilChange = async (connection: LinkConnection, of: ClientSession) => {
    for (;;) {
      const leftMs = dueAtMs(of) - clock.monotonicMs()
      const signal = leftMs > 0 ? await connection.next(leftMs) : undefined
      const reason = signal === undefined ? 'session-ended' : reasonOf(signal)
      if (reason !== undefined) return reason
    }
  }

  const hold = async (connection: LinkConnection): Promise<void> => {
    for (;;) {
      const known = session
      const isNew = known === undefined || dueAtMs(known) <= clock.monotonicMs()
      if (isNew) session = await authenticate(connection, options.identity, ports)
      const inUse = session as ClientSession
      if (!(await attach(connection, inUse, ports))) {
        forgetSession()
        await pauseBeforeRetry()
        continue
      }
      retryMs = FIRST_RETRY_MS
      up.open(connection)
      ports.onUp?.(describeSession(inUse), isNew)
      const reason = await untilChange(connection, inUse)
      up.close()
      ports.onDown?.(reason)
      if (reason === 'closed') throw new TransportFailed('the connection ended')
      if (reason === 'authenticate-again') forgetSession()
    }
  }

  const pauseBeforeRetry = (): Promise<void> => {
    const delayMs = retryMs
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
    return new Promise((resolve) => {
      clock.setTimer(delayMs, resolve)
    })
  }

  const connectOnce = async (): Promise<void> => {
    const socket = await ports.connect()
    const connection = openLinkConnection(socket, { clock, handleRecord: ports.handleRecord })
    current = connection
    if (stopped) return connection.close()
    try {
      await hold(connection)
    } finally {
      up.close()
      connection.close()
    }
  }

  const giveUp = (error: Error): void => {
    stopped = true
    up.fail(error)
    ports.onFailed?.(error)
  }

  const run = async (): Promise<void> => {
    while (!stopped) {
      try {
        await connectOnce()
      } catch (error) {
        if (stopped) return
        if (isFinal(error)) return giveUp(error)
        ports.log.warn('link-interrupted', { reason: String(error) })
        await pauseBeforeRetry()
      }
    }
  }

  return {
    async start() {
      void run()
      await up.whenOpen()
    },
    async whenUp() {
      await up.whenOpen()
    },
    async send(type, content) {
      const connection = await up.whenOpen()
      await connection.sendRecord(type, content)
    },
    get session() {
      return session && describeSession(session)
    },
    stop() {
      if (stopped) return
      stopped = true
      up.fail(new TransportFailed('the link was stopped'))
      current?.close('stopped')
      forgetSession()
    },
  }
}

/** Trying again would not help: wrong keys, wrong names. */
function isFinal(error: unknown): error is Error {
  return error instanceof AuthenticationFailed || error instanceof ConfigurationInvalid
}

function reasonOf(
  signal: NonNullable<Awaited<ReturnType<LinkConnection['next']>>>,
): LinkDownReason | undefined {
  switch (signal.kind) {
    case 'closed':
    case 'attach-again':
    case 'authenticate-again':
      return signal.kind
    case 'text':
      return attachmentErrorOf(signal.octets)
    case 'attach-answer':
    case 'attached':
      return undefined
  }
}
