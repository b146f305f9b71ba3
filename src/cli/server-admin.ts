/** `cpns server serve --admin`: the admin API of a CPNS Server, behind the token of its folder. Design 10, 12 */

import { existsSync } from 'node:fs'
import { Option } from 'commander'
import { createConsoleFeed } from '../adapters/console/console-feed.ts'
import { openAdminToken } from '../adapters/rest/admin-token.ts'
import {
  type ServerAdminPorts,
  serveServerAdmin,
} from '../adapters/server-admin/serve-server-admin.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { ADMIN_TOKEN } from '../lab/lab-files.ts'
import { CONSOLE_PAGE } from './console-page.ts'
import { type HostPort, parseHostPort } from './host-port.ts'
import { packageVersion } from './package-version.ts'
import type { Said } from './say.ts'
import type { EntityContext } from './serve-entity.ts'
import { joinTraces } from './trace-flags.ts'

/** The flag; alone it means the port of design 12. */
export function serverAdminOption(): Option {
  return new Option(
    '--admin [host:port]',
    'where it is administered, and the console is; default nowhere',
  )
    .argParser(parseHostPort)
    .preset('127.0.0.1:9090')
}

/** The admin API and the console of a server that is about to start. */
export interface ServerAdmin {
  /** What the server is to be started with: its messages go to the console too, if there is one. */
  readonly context: EntityContext
  /**
   * @returns Where it is, if it is wanted.
   * @throws {ConfigurationInvalid} If it cannot listen there: without TLS only this machine.
   */
  start(served: Pick<ServerAdminPorts, 'store' | 'server' | 'peers'>): Promise<readonly Said[]>
}

/** @param wish Where it is wanted; nothing is traced for nobody. */
export function prepareServerAdmin(
  { at, entityId }: { readonly at: HostPort | undefined; readonly entityId: EntityId },
  context: EntityContext,
): ServerAdmin {
  if (at === undefined) return { context, start: async () => [] }
  // On Zn it is called so already: one entity is one column of the ladder.
  const nameOf = (entity: string): string => (entity === entityId ? 'CPNS Server' : entity)
  const feed = createConsoleFeed({ nameOf }, context.clock)
  return {
    context: { ...context, trace: joinTraces([context.trace, feed.trace]) },
    start: (served) => startServerAdmin(at, { ...served, feed }, context),
  }
}

async function startServerAdmin(
  at: HostPort,
  shown: Pick<ServerAdminPorts, 'store' | 'server' | 'peers' | 'feed'>,
  context: EntityContext,
): Promise<readonly Said[]> {
  const tokenFile = context.folder.file(ADMIN_TOKEN)
  const isNew = !existsSync(tokenFile)
  const authorization = openAdminToken(tokenFile, context)
  const options = { ...at, version: packageVersion(), consolePage: CONSOLE_PAGE }
  const served = await serveServerAdmin(options, { ...context, ...shown, authorization })
  context.releases.push(() => served.close())
  const [admin, page] = [`${served.url}/admin`, `${served.url}/console/`]
  const lines = [
    `admin   ${admin}`,
    `console ${page}`,
    `        its password${isNew ? ', made just now,' : ''} is in ${tokenFile}`,
  ]
  return [{ fields: { admin: { url: admin, tokenFile }, console: page }, lines }]
}
