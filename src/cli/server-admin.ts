/** `cpns server serve --admin`: the admin API of a CPNS Server, behind the token of its folder. Design 10, 12 */
import { Option } from 'commander'
import { openAdminToken } from '../adapters/rest/admin-token.ts'
import { serveServerAdmin } from '../adapters/server-admin/serve-server-admin.ts'
import type { UserStore } from '../cpns-server/user-store.ts'
import { ADMIN_TOKEN } from '../lab/lab-files.ts'
import { type HostPort, parseHostPort } from './host-port.ts'
import { packageVersion } from './package-version.ts'
import type { EntityContext } from './serve-entity.ts'

/** The flag; alone it means the port of design 12. */
export function serverAdminOption(): Option {
  return new Option('--admin [host:port]', 'where users are administered; default nowhere')
    .argParser(parseHostPort)
    .preset('127.0.0.1:9090')
}

/**
 * @returns Where it is, for a person; none if it is not wanted.
 * @throws {ConfigurationInvalid} If it cannot listen there: without TLS only this machine.
 */
export async function startServerAdmin(
  at: HostPort | undefined,
  store: UserStore,
  context: EntityContext,
): Promise<readonly string[]> {
  if (at === undefined) return []
  const authorization = openAdminToken(context.folder.file(ADMIN_TOKEN), context)
  const options = { ...at, version: packageVersion() }
  const served = await serveServerAdmin(options, { ...context, store, authorization })
  context.releases.push(() => served.close())
  return [`admin   ${served.url}/admin`]
}
