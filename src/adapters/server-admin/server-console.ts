/** The console of a CPNS Server, behind its admin token as password. Design 11 */
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { Store } from '../../ports/store.ts'
import { addConsole } from '../console/add-console.ts'
import type { ConsoleFeed } from '../console/console-feed.ts'
import { createConsoleLogin } from '../console/console-login.ts'
import type { ConsoleHealth, ConsoleState } from '../console/console-protocol.ts'
import { type ServerTablesPorts, serverTables } from '../console/server-tables.ts'
import type { AdminAuthorization } from '../rest/admin-token.ts'

/** What the tables are made from. */
export type ConsoleStore = ServerTablesPorts['store'] & Pick<Store, 'check'>

/** Somebody that the server depends on. */
export interface ConsolePeer {
  /** For instance `Zn bsf.example.org`. */
  readonly name: string
  readonly address: string
  /** Whether it can be asked now. */
  readonly isUsable: () => boolean
}

/** What the console is given. */
export interface ServerConsolePorts {
  readonly store: ConsoleStore
  /** Default none. */
  readonly peers?: readonly ConsolePeer[]
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
  { store, peers = [], authorization, feed, clock, random }: ServerConsolePorts,
): () => void {
  const { version, consolePage } = options
  if (consolePage === undefined) return () => {}
  const verifyPassword = async (text: string): Promise<boolean> => authorization.isToken(text)
  const login = createConsoleLogin({ verifyPassword, clock, random })
  const state = async (): Promise<ConsoleState> => {
    const atMs = clock.nowMs()
    const [tables, health] = await Promise.all([serverTables({ store }, atMs), checkStore(store)])
    return { atMs, tables, health: [health, ...peers.map(lookAtPeer)] }
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

async function checkStore(store: Pick<Store, 'check'>): Promise<ConsoleHealth> {
  try {
    await store.check()
    return { name: 'store', isWell: true, detail: 'writable' }
  } catch {
    return { name: 'store', isWell: false, detail: 'not writable' }
  }
}

function lookAtPeer({ name, address, isUsable }: ConsolePeer): ConsoleHealth {
  return isUsable()
    ? { name, isWell: true, detail: address }
    : { name, isWell: false, detail: `no connection to ${address}` }
}
