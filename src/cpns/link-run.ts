/**
 * One life of a link, from its start until it is stopped or gives up: connect, authenticate, attach, and
 * again whenever session, attachment or connection end. Design 7, 8
 */
import { AuthenticationFailed, ConfigurationInvalid, TransportFailed } from '../errors/errors.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { type BackOff, createBackOff } from './back-off.ts'
import {
  type ClientIdentity,
  type ClientSession,
  type ClientSessionInfo,
  describeSession,
} from './client-session.ts'
import { createGate, type Gate } from './gate.ts'
import { attach } from './link-attachment.ts'
import { type AuthenticationPorts, authenticate } from './link-authentication.ts'
import { LinkConnection, type LinkConnectionPorts } from './link-connection.ts'
import { dueAtMs, type LinkDownReason, whenLinkChanges } from './link-watch.ts'

/** Who connects, and how. */
export interface SessionLinkOptions {
  readonly identity: ClientIdentity
  /** How long before its end a session is renewed; default 0. */
  readonly renewAheadMs?: number
}

/** What a link needs. */
export interface SessionLinkPorts extends AuthenticationPorts, LinkConnectionPorts {
  /** @throws {TransportFailed} If there is no way to the server now. */
  readonly connect: () => Promise<FrameSocket>
  /**
   * Records can be sent.
   *
   * @param mayHaveLost Whether records of either direction may have been lost since the link was up last:
   * always, but when a session was renewed in time on a connection that held.
   */
  readonly onUp?: (session: ClientSessionInfo, isNewSession: boolean, mayHaveLost: boolean) => void
  /** Records have to wait. */
  readonly onDown?: (reason: LinkDownReason) => void
  /** The link has given up; it can be started again when the cause is gone. */
  readonly onFailed?: (error: Error) => void
}

/** A link that holds for so long has no need of a pause when it ends. */
const STEADY_MS = 10_000

/** One life of a link. */
export class LinkRun {
  /** Open while records can be sent. */
  readonly up: Gate<LinkConnection> = createGate()
  readonly #options: SessionLinkOptions
  readonly #ports: SessionLinkPorts
  readonly #backOff: BackOff
  #session: ClientSession | undefined
  #connection: LinkConnection | undefined
  #end: Error | undefined

  constructor(options: SessionLinkOptions, ports: SessionLinkPorts) {
    this.#options = options
    this.#ports = ports
    this.#backOff = createBackOff(ports.clock)
  }

  /** Why it has ended: it was stopped (`TransportFailed`), or gave up. */
  get end(): Error | undefined {
    return this.#end
  }

  get session(): ClientSessionInfo | undefined {
    return this.#session && describeSession(this.#session)
  }

  /** Connects and keeps connected. Resolves when this life has ended. Never rejects. */
  async run(): Promise<void> {
    while (this.#end === undefined) {
      try {
        await this.#connectOnce()
      } catch (error) {
        if (this.#end !== undefined) return
        if (isFinal(error)) return this.#giveUp(error)
        this.#ports.log.warn('link-interrupted', { reason: String(error) })
        await this.#backOff.pause()
      }
    }
  }

  /** Safe to call twice. */
  stop(): void {
    if (this.#end === undefined) this.#finish(new TransportFailed('the link was stopped'))
  }

  #giveUp(error: Error): void {
    this.#finish(error)
    this.#ports.onFailed?.(error)
  }

  #finish(error: Error): void {
    this.#end = error
    this.up.fail(error)
    this.#backOff.cancel()
    this.#connection?.close('stopped')
    this.#setSession(undefined)
  }

  #setSession(next: ClientSession | undefined): void {
    this.#session?.sessionKey.wipe()
    this.#session = next
  }

  async #connectOnce(): Promise<void> {
    const socket = await this.#ports.connect()
    const connection = new LinkConnection(socket, this.#ports)
    this.#connection = connection
    try {
      if (this.#end === undefined) await this.#hold(connection)
    } finally {
      this.up.close()
      connection.close()
    }
  }

  async #hold(connection: LinkConnection): Promise<void> {
    let mayHaveLost = true
    for (;;) {
      const { inUse, isNew } = await this.#ensureSession(connection)
      if (!(await attach(connection, inUse, this.#ports))) {
        this.#setSession(undefined)
        await this.#backOff.pause()
        continue
      }
      const { reason, isSteady } = await this.#use(connection, inUse, { isNew, mayHaveLost })
      if (reason === 'closed') throw new TransportFailed('the connection ended')
      if (reason === 'authenticate-again') this.#setSession(undefined)
      mayHaveLost = reason !== 'session-ended'
      if (mayHaveLost && !isSteady) await this.#backOff.pause()
    }
  }

  /** The session at hand while it is good, else a new one. CR 7.5.2 */
  async #ensureSession(connection: LinkConnection) {
    const known = this.#session
    if (known !== undefined && this.#ports.clock.monotonicMs() < dueAtMs(known, this.#options)) {
      return { inUse: known, isNew: false }
    }
    const made = await authenticate(connection, this.#options.identity, this.#ports)
    if (this.#end !== undefined) {
      made.sessionKey.wipe()
      throw new TransportFailed('the link was stopped')
    }
    this.#setSession(made)
    return { inUse: made, isNew: true }
  }

  /** Up until something changes. @returns Why it is not any more, and whether it held for a while. */
  async #use(
    connection: LinkConnection,
    inUse: ClientSession,
    how: { readonly isNew: boolean; readonly mayHaveLost: boolean },
  ): Promise<{ readonly reason: LinkDownReason; readonly isSteady: boolean }> {
    const { clock, onUp, onDown } = this.#ports
    const sinceMs = clock.monotonicMs()
    this.up.open(connection)
    onUp?.(describeSession(inUse), how.isNew, how.mayHaveLost)
    const reason = await whenLinkChanges(connection, dueAtMs(inUse, this.#options), clock)
    this.up.close()
    onDown?.(reason)
    const isSteady = clock.monotonicMs() - sinceMs >= STEADY_MS
    if (isSteady) this.#backOff.reset()
    return { reason, isSteady }
  }
}

/** Trying again would not help: wrong keys, wrong names. */
function isFinal(error: unknown): error is Error {
  return error instanceof AuthenticationFailed || error instanceof ConfigurationInvalid
}
