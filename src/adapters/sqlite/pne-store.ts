/** What a device keeps on SQLite: its owner, its assigned EUKey and the messages it has handled. Design 8, 9 */
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { PneStore } from '../../pne/pne-store.ts'
import type { StoreSchema } from './migrate.ts'
import { createOwnerRows, OWNER_TABLES } from './owner-rows.ts'
import { openColumn, sealColumn } from './sealed-column.ts'
import { createSeenRows, SEEN_TABLE } from './seen-rows.ts'
import { connectStore } from './store-connection.ts'

/** Its tables. */
export const PNE_SCHEMA: StoreSchema = {
  name: 'PNE',
  applicationId: 0x43504e50,
  migrations: [
    {
      brings: 'EUKey, messages that were seen',
      sql: `CREATE TABLE eukey (
       only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
       id TEXT NOT NULL,
       key BLOB NOT NULL,
       expires_at_ms INTEGER NOT NULL
     ) STRICT;
     ${SEEN_TABLE}`,
    },
    { brings: 'owner and TriggerKey', sql: OWNER_TABLES },
  ],
}

interface EuKeyRow {
  readonly id: string
  readonly key: Uint8Array
  readonly expires_at_ms: number
}

/**
 * @param file Path of the database, or `:memory:`.
 * @param sealer Seals EUKey and TriggerKey.
 * @throws {ConfigurationInvalid} If the file cannot be used.
 */
export function openPneStore(file: string, sealer: RecordSealer): PneStore {
  const { db, commits, store } = connectStore(file, PNE_SCHEMA)
  const selectEuKey = db.prepare<[], EuKeyRow>('SELECT id, key, expires_at_ms FROM eukey')
  const replaceEuKey = db.prepare<EuKeyRow>(
    'INSERT OR REPLACE INTO eukey VALUES (1, @id, @key, @expires_at_ms)',
  )

  return {
    ...store,
    ...createSeenRows(db, commits),
    ...createOwnerRows(db, commits, sealer),
    loadEuKey: () =>
      commits.read(() => {
        const row = selectEuKey.get()
        if (row === undefined) return undefined
        const key = openColumn(sealer, identityOf(row.id), row.key)
        return { id: row.id, key, expiresAtMs: row.expires_at_ms }
      }),
    saveEuKey: ({ id, key, expiresAtMs }) =>
      commits.run(() => {
        const sealed = sealColumn(sealer, identityOf(id), key)
        replaceEuKey.run({ id, key: sealed, expires_at_ms: expiresAtMs })
      }),
  }
}

function identityOf(id: string) {
  return { table: 'eukey', primaryKey: [id], column: 'key' }
}
