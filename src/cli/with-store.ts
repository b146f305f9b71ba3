/** Administration works on the store of a role in a data folder, beside the role if it is running. */
import { type DataFolder, openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import { SERVER_DATABASE } from '../lab/lab-files.ts'
import type { Store } from '../ports/store.ts'
import { type MasterKeyFlags, masterKeyIn } from './master-key-flag.ts'

/** Where the data is. */
export interface DataPlace extends MasterKeyFlags {
  readonly data: string
  /** Only what adds something may make a folder: the others would hide a mistyped name. */
  readonly create: boolean
}

/** Opens the store, works and closes it. @throws {ConfigurationInvalid} If the folder cannot be used. */
export async function withStore<S extends Store>(
  { data, create, masterKey }: DataPlace,
  open: (folder: DataFolder) => S,
  work: (store: S) => Promise<void>,
): Promise<void> {
  const place = { create, ...masterKeyIn({ masterKey }) }
  const store = open(await openDataFolder(data, place, createSystemRandom()))
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

/** As `withStore`, with the store of a CPNS Server. */
export function withServerStore(
  place: DataPlace,
  work: (store: ServerStore) => Promise<void>,
): Promise<void> {
  return withStore(
    place,
    (folder) => openServerStore(folder.file(SERVER_DATABASE), folder.sealer),
    work,
  )
}
