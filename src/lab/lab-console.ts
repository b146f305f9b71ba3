/** The console of the lab: everything of all roles on one page, and buttons for the story's steps. Design 10, 11 */
import type { ConsoleAction } from '../adapters/console/add-console.ts'
import type { ConsoleFeed } from '../adapters/console/console-feed.ts'
import type { ConsoleState, ConsoleTable } from '../adapters/console/console-protocol.ts'
import { type ServedConsole, serveConsole } from '../adapters/console/serve-console.ts'
import { serverTables } from '../adapters/console/server-tables.ts'
import { nameOf } from './lab-names.ts'
import type { LabWorld } from './lab-world.ts'
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
      tables: [...(await serverTables({ store: world.serverStore, nameOf }, atMs)), cards(world)],
      health: addresses.map(({ entity, address, points }) => ({
        name: `${entity} ${points}`,
        isWell: true,
        detail: address,
      })),
    }
  }
  return serveConsole(
    { ...options, title: 'cpns lab' },
    { feed, state, actions, clock: world.clock },
  )
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
