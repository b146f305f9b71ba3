/** The admin API of a CPNS Server, with the console: who is who, and who is in. Design 10, 11, K-4 */
import type { KeyLog } from '../../ports/key-log.ts'
import type { Log } from '../../ports/log.ts'
import type { ConsoleFeed } from '../console/console-feed.ts'
import { ADMIN_FAILURE_EVENT, type AdminApiOptions, addAdminRoutes } from '../rest/admin-api.ts'
import type { AdminAuthorization } from '../rest/admin-token.ts'
import { createRestServer, listenRest } from '../rest/rest-server.ts'
import type { AdministrationPorts } from './server-admin-ports.ts'
import { addServerConsole, type ConsolePeer } from './server-console.ts'
import { SERVER_ADMIN_TITLE, SERVER_ROUTES, serverHandlers } from './server-routes.ts'

/** Where to listen. */
export interface ServeServerAdminOptions extends AdminApiOptions {
  /** Folder of the console's built page; without it there is no console. */
  readonly consolePage?: string
}

/** What it is given; store and server stay the caller's. */
export interface ServerAdminPorts extends AdministrationPorts {
  /** Whose health the console shows; default nobody's. */
  readonly peers?: readonly ConsolePeer[]
  /** What the console shows of messages. */
  readonly feed: ConsoleFeed
  readonly authorization: AdminAuthorization
  readonly log: Log
  /** Takes the secrets of its TLS connections; default nobody. */
  readonly keyLog?: KeyLog
}

/** A running admin API. */
export interface ServedServerAdmin {
  /** `http://host:port`, or `https`. */
  readonly url: string
  close(): Promise<void>
}

const MAX_BODY_OCTETS = 16 * 1024

/** @throws {ConfigurationInvalid} If it cannot listen there, or without TLS beyond this machine. */
export async function serveServerAdmin(
  options: ServeServerAdminOptions,
  ports: ServerAdminPorts,
): Promise<ServedServerAdmin> {
  const rest = {
    ...options,
    maxBodyOctets: MAX_BODY_OCTETS,
    failureEvent: ADMIN_FAILURE_EVENT,
    ...(ports.keyLog && { keyLog: ports.keyLog }),
  }
  const app = createRestServer(rest, ports.log)
  const handlers = serverHandlers(ports)
  const { version } = options
  const api = { title: SERVER_ADMIN_TITLE, version, routes: SERVER_ROUTES, handlers }
  addAdminRoutes(app, api, ports.authorization)
  const endConsole = addServerConsole(app, options, ports)
  const url = await listenRest(app, rest)
  return {
    url,
    async close() {
      endConsole()
      await app.close()
    },
  }
}
