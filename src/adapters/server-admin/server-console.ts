/** The console of a CPNS Server, behind its admin token as password. Design 11 */
import type { FastifyInstance } from 'fastify'
import type { UserInfo } from '../../cpns-server/user-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import { addConsole } from '../console/add-console.ts'
import type { ConsoleFeed } from '../console/console-feed.ts'
import { createConsoleLogin } from '../console/console-login.ts'
import type { ConsoleState, ConsoleTable } from '../console/console-protocol.ts'
import { type ServerTablesPorts, serverTables } from '../console/server-tables.ts'
import type { AdminAuthorization } from '../rest/admin-token.ts'

/** What the tables are made from. */
export type ConsoleStore = ServerTablesPorts['store'] & {
  listUsers(): Promise<readonly UserInfo[]>
}

/** What the console is given. */
export interface ServerConsolePorts {
  readonly store: ConsoleStore
  readonly authorization: Pick<AdminAuthorization, 'isToken'>
  readonly feed: ConsoleFeed
  readonly clock: Clock
  readonly random: Random
}

/**
 * Adds it to the admin listener, if there is a page.
 *
 * @returns Ends its streams. @throws {ConfigurationInvalid} If the page is not built.
 */
export function addServerConsole(
  app: FastifyInstance,
  options: { readonly version: string; readonly consolePage?: string; readonly tls?: unknown },
  { store, authorization, feed, clock, random }: ServerConsolePorts,
): () => void {
  const { version, consolePage } = options
  if (consolePage === undefined) return () => {}
  const verifyPassword = async (text: string): Promise<boolean> => authorization.isToken(text)
  const login = createConsoleLogin({ verifyPassword, clock, random })
  const state = async (): Promise<ConsoleState> => {
    const atMs = clock.nowMs()
    const [tables, users] = await Promise.all([serverTables({ store }, atMs), store.listUsers()])
    return {
      atMs,
      tables: [...tables, userTable(users)],
      health: [{ name: 'store', isWell: true, detail: 'it answers' }],
    }
  }
  return addConsole(
    app,
    {
      title: 'cpns server',
      version,
      pageFolder: consolePage,
      isSecure: options.tls !== undefined,
    },
    { feed, state, login, clock },
  )
}

function userTable(users: readonly UserInfo[]): ConsoleTable {
  return {
    id: 'users',
    title: 'Users',
    empty: 'No user yet.',
    columns: [
      { key: 'user', title: 'UserID', kind: 'text' },
      { key: 'password', title: 'Password of', kind: 'time' },
    ],
    rows: users.map(({ userId, changedAtMs }) => ({ user: userId, password: changedAtMs })),
  }
}
