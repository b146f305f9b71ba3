/** Rows of a device's owner, and of the triggers that it has followed. M-7 */
import type Database from 'better-sqlite3'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { UserId } from '../../identity/user-id.ts'
import type { OwnerStore } from '../../pne/owner-store.ts'
import type { GroupCommit } from './group-commit.ts'
import { openColumn, sealColumn } from './sealed-column.ts'

/** Their tables. Triggers are rare, made by a person's command, so their Nonces are kept for good. */
export const OWNER_TABLES = `CREATE TABLE owner (
       only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
       user_id TEXT NOT NULL,
       trigger_key BLOB NOT NULL
     ) STRICT;
     CREATE TABLE trigger_nonces (nonce BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;`

interface Row {
  readonly user_id: string
  readonly trigger_key: Uint8Array
}

/** @param sealer Seals the TriggerKey. */
export function createOwnerRows(
  db: Database.Database,
  commits: GroupCommit,
  sealer: RecordSealer,
): OwnerStore {
  const select = db.prepare<[], Row>('SELECT user_id, trigger_key FROM owner')
  const replace = db.prepare<[string, Uint8Array]>('INSERT OR REPLACE INTO owner VALUES (1, ?, ?)')
  const insertNonce = db.prepare<[Uint8Array]>(
    'INSERT INTO trigger_nonces VALUES (?) ON CONFLICT DO NOTHING',
  )
  return {
    loadOwner: () =>
      commits.read(() => {
        const row = select.get()
        if (row === undefined) return undefined
        const triggerKey = openColumn(sealer, identityOf(row.user_id), row.trigger_key)
        return { userId: row.user_id as UserId, triggerKey }
      }),
    saveOwner: ({ userId, triggerKey }) =>
      commits.run(() => {
        replace.run(userId, sealColumn(sealer, identityOf(userId), triggerKey))
      }),
    takeNonce: (nonce) => commits.run(() => insertNonce.run(nonce).changes === 1),
  }
}

function identityOf(userId: string) {
  return { table: 'owner', primaryKey: [userId], column: 'trigger_key' }
}
