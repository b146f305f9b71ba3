/** What an application has handled, in a file of its own. Design 8 */

import type { StoreSchema } from './migrate.ts'
import { createSeenRows, SEEN_TABLE, type SeenRows } from './seen-rows.ts'
import { connectStore } from './store-connection.ts'

/** Its table. */
export const SEEN_LIST_SCHEMA: StoreSchema = {
  name: 'seen messages',
  applicationId: 0x43504e4c,
  migrations: [{ brings: 'messages that were seen', sql: SEEN_TABLE }],
}

/** Durable, as long as the file is. */
export interface SeenList extends SeenRows {
  /** Safe to call twice. */
  close(): Promise<void>
}

/** @param file Path of the database, or `:memory:`. @throws {ConfigurationInvalid} If it cannot be used. */
export function openSeenList(file: string): SeenList {
  const { db, commits, store } = connectStore(file, SEEN_LIST_SCHEMA)
  return { ...createSeenRows(db, commits), close: () => store.close() }
}
