/** The console of the lab: everything of all roles on one page, and buttons for the story's steps. Design 10, 11 */
import type { ConsoleAction } from '../adapters/console/add-console.ts'
import type { ConsoleFeed } from '../adapters/console/console-feed.ts'
import type {
  ConsoleHealth,
  ConsoleState,
  ConsoleTable,
} from '../adapters/console/console-protocol.ts'
import { type ServedConsole, serveConsole } from '../adapters/console/serve-console.ts'
import { serverTables } from '../adapters/console/server-tables.ts'
import type { Store } from '../ports/store.ts'
import { ENTITIES, nameOf } from './lab-names.ts'
import type { LabWorld } from './lab-world.ts'
import type { LabAddress } from './reporter.ts'
import type { Lab } from './start-lab.ts'
import { labActions } from './story-actions.ts'

/** What the lab's console is given. */
export interface LabConsoleOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly version: string
  readonly pageFolder: string
  /** Whether the story has been told, so that its steps can be played alone. */
  readonly isStoryTold: () => boolean
}

/** On loopback, so without a login. @throws {ConfigurationInvalid} If it cannot listen there. */
export function serveLabConsole(
  { isStoryTold, ...options }: LabConsoleOptions,
  { lab, feed }: { readonly lab: Lab; readonly feed: ConsoleFeed },
): Promise<ServedConsole> {
  const { world, addresses } = lab
  const actions: readonly ConsoleAction[] = labActions(world).map((action) => ({
    ...action,
    run() {
      if (!isStoryTold()) throw new Error('the story is still being told')
      return action.run()
    },
  }))
  const state = async (): Promise<ConsoleState> => {
    const atMs = world.clock.nowMs()
    return {
      atMs,
      tables: [
        ...(await serverTables({ store: world.serverStore, nameOf }, atMs)),
        cards(world),
        listeners(addresses),
      ],
      health: await healthOf(world),
    }
  }
  return serveConsole(
    { ...options, title: 'cpns lab' },
    { feed, state, actions, clock: world.clock },
  )
}

/** Whose store takes what it is given, and who has a session: without one nothing is forwarded. */
async function healthOf(world: LabWorld): Promise<ConsoleHealth[]> {
  const { stores, gateway, passwordGateway, pnes } = world
  const kept = await Promise.all(
    Object.entries(stores).map(async ([entity, store]) => {
      const isWell = await isWritable(store)
      return { name: `${entity} store`, isWell, detail: isWell ? 'writable' : 'not writable' }
    }),
  )
  const sessions = [
    { entityId: ENTITIES.gateway, session: gateway.session },
    { entityId: ENTITIES.home, session: passwordGateway.gateway.session },
    { entityId: ENTITIES.watch, session: pnes.watch.pne.session },
    { entityId: ENTITIES.car, session: pnes.car.pne.session },
  ].map(({ entityId, session }) => ({
    name: nameOf(entityId),
    isWell: session !== undefined,
    detail: session === undefined ? 'no session' : 'has a session',
  }))
  return [...kept, ...sessions]
}

async function isWritable(store: Pick<Store, 'check'>): Promise<boolean> {
  try {
    await store.check()
    return true
  } catch {
    return false
  }
}

function listeners(addresses: readonly LabAddress[]): ConsoleTable {
  return {
    id: 'addresses',
    title: 'Reference points',
    empty: 'Nobody listens.',
    columns: [
      { key: 'at', title: 'Served by', kind: 'text' },
      { key: 'points', title: 'Reference point', kind: 'text' },
      { key: 'address', title: 'Address', kind: 'id' },
    ],
    rows: addresses.map(({ entity, points, address }) => ({ at: entity, points, address })),
  }
}

function cards({ subscribers }: LabWorld): ConsoleTable {
  return {
    id: 'subscribers',
    title: 'Subscribers',
    empty: 'The HSS has no subscriber.',
    columns: [
      { key: 'impi', title: 'IMPI', kind: 'id' },
      { key: 'algorithm', title: 'Algorithm', kind: 'text' },
      { key: 'gba', title: 'GBA', kind: 'text' },
    ],
    rows: subscribers.map(({ impi, algorithm }) => ({ impi, algorithm, gba: 'GBA_U' })),
  }
}
