/**
 * The client's side of its connection to the server, kept up: PN GW and PNE use it alike. Nothing is sent
 * before there is a session and an attachment. CR 7.5.2; Design 7, 8
 */
import { TransportFailed } from '../errors/errors.ts'
import { withFields } from '../ports/log.ts'
import type { ClientSessionInfo } from './client-session.ts'
import { LinkRun, type SessionLinkOptions, type SessionLinkPorts } from './link-run.ts'
import type { RecordType } from './record.ts'

/** A link. */
export interface SessionLink {
  /** Starts, also again after its end, and resolves when the link is up. @throws As `whenUp`. */
  start(): Promise<void>
  /** Whether records can be sent. */
  readonly isUp: boolean
  /** Resolves when records can be sent. @throws {CpnsError} If the link has failed or was stopped. */
  whenUp(): Promise<void>
  /**
   * Seals and sends one record now.
   *
   * @returns Resolves when the way can take more.
   * @throws {TransportFailed} At once if the link is not up or was stopped; later if the connection ends
   * under it, and then the record may be lost.
   * @throws {CpnsError} At once, if the link has given up.
   */
  send(type: RecordType, content: Uint8Array): Promise<void>
  /** The session in use. */
  readonly session: ClientSessionInfo | undefined
  /** Ends connection and session use. Safe to call twice. */
  stop(): void
}

/** Does nothing until it is started. */
export function createSessionLink(
  options: SessionLinkOptions,
  given: SessionLinkPorts,
): SessionLink {
  const point = options.identity.role === 'pn-gw' ? 'CPNS-2' : 'CPNS-1'
  const ports = { ...given, log: withFields(given.log, { point }) }
  let life = new LinkRun(options, ports)
  let isStarted = false

  return {
    async start() {
      if (life.end !== undefined) {
        life = new LinkRun(options, ports)
        isStarted = false
      }
      if (!isStarted) void life.run()
      isStarted = true
      await life.up.whenOpen()
    },
    get isUp() {
      return life.up.value !== undefined
    },
    async whenUp() {
      await life.up.whenOpen()
    },
    send(type, content) {
      if (life.end !== undefined) throw life.end
      const connection = life.up.value
      if (connection === undefined) throw new TransportFailed('the link is not up')
      return connection.sendRecord(type, content)
    },
    get session() {
      return life.session
    },
    stop: () => life.stop(),
  }
}
