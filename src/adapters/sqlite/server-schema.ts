/** Tables of the CPNS Server. Design 9 */
import { ATTEMPTS_SQL } from './attempt-rows.ts'
import { CANDIDATES_SQL } from './candidate-rows.ts'
import { MAILBOX_LOADS_SQL } from './mailbox-load-rows.ts'
import type { StoreSchema } from './migrate.ts'
import { PNS_SQL } from './pn-rows.ts'
import { SEALING_KEYS_SQL } from './sealing-key-rows.ts'
import { ORDERED_SESSIONS_SQL } from './session-rows.ts'
import { TIMELY_TOMBSTONES_SQL } from './tombstone-rows.ts'
import { TRIGGER_KEYS_SQL } from './trigger-key-rows.ts'
import { USERS_SQL } from './user-rows.ts'

/**
 * An entity without an owner has neither EUKey nor session, so both go with its row. One B-TID gives
 * two EUKeys, Ks_ext_NAF and Ks_int_NAF (K-1), so the key type is a part of an EUKey's identity.
 */
export const SERVER_SCHEMA: StoreSchema = {
  name: 'CPNS Server',
  applicationId: 0x43504e53,
  migrations: [
    {
      brings: 'entities, EUKeys, sessions, mailbox',
      sql: `CREATE TABLE entities (
       entity_id TEXT PRIMARY KEY,
       owner_kind TEXT NOT NULL,
       owner_id TEXT NOT NULL,
       bound_at_ms INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE eukeys (
       entity_id TEXT NOT NULL REFERENCES entities ON DELETE CASCADE,
       id TEXT NOT NULL,
       key_type TEXT NOT NULL,
       owner_kind TEXT NOT NULL,
       owner_id TEXT NOT NULL,
       source TEXT NOT NULL,
       key BLOB NOT NULL,
       created_at_ms INTEGER NOT NULL,
       expires_at_ms INTEGER NOT NULL,
       state TEXT NOT NULL,
       PRIMARY KEY (entity_id, id, key_type)
     ) STRICT, WITHOUT ROWID;
     CREATE UNIQUE INDEX eukeys_one_current ON eukeys (entity_id) WHERE state = 'current';
     CREATE INDEX eukeys_by_expiry ON eukeys (expires_at_ms);

     CREATE TABLE sessions (
       session_id TEXT PRIMARY KEY,
       entity_id TEXT NOT NULL REFERENCES entities ON DELETE CASCADE,
       role TEXT NOT NULL,
       via TEXT,
       eukey_id TEXT NOT NULL,
       session_key BLOB NOT NULL,
       created_at_ms INTEGER NOT NULL,
       expires_at_ms INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX sessions_by_entity ON sessions (entity_id);
     CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

     CREATE TABLE tombstones (
       state_digest TEXT PRIMARY KEY,
       message_digest TEXT NOT NULL,
       answer BLOB NOT NULL,
       forget_after_ms INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX tombstones_by_expiry ON tombstones (forget_after_ms);

     CREATE TABLE attachments (
       entity_id TEXT PRIMARY KEY,
       node_id TEXT NOT NULL,
       session_id TEXT NOT NULL,
       epoch INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE mailbox (
       position INTEGER PRIMARY KEY AUTOINCREMENT,
       message_id TEXT NOT NULL,
       from_entity TEXT NOT NULL,
       to_recipient TEXT NOT NULL,
       content_type TEXT NOT NULL,
       payload BLOB NOT NULL,
       expires_at_ms INTEGER NOT NULL,
       UNIQUE (from_entity, message_id)
     ) STRICT;
     CREATE INDEX mailbox_by_recipient ON mailbox (to_recipient, position);
     CREATE INDEX mailbox_by_expiry ON mailbox (expires_at_ms);

     CREATE TABLE seen (
       from_entity TEXT NOT NULL,
       message_id TEXT NOT NULL,
       expires_at_ms INTEGER NOT NULL,
       PRIMARY KEY (from_entity, message_id)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX seen_by_expiry ON seen (expires_at_ms);
     ${SEALING_KEYS_SQL}`,
    },
    {
      brings: 'users, EUKeys by UserID and password',
      sql: `ALTER TABLE entities ADD COLUMN linked_user_id TEXT;
     ${USERS_SQL}
     ${ATTEMPTS_SQL}
     ${CANDIDATES_SQL}`,
    },
    { brings: 'PNs and presence', sql: PNS_SQL },
    { brings: 'TriggerKeys', sql: TRIGGER_KEYS_SQL },
    { brings: 'how much waits for each recipient', sql: MAILBOX_LOADS_SQL },
    {
      brings: 'tombstones in order of time, sessions of an entity in order of their end',
      sql: `${TIMELY_TOMBSTONES_SQL}
     DROP INDEX sessions_by_entity;
     CREATE INDEX sessions_by_entity ON sessions (entity_id, expires_at_ms);`,
    },
    { brings: 'sessions in the order in which they were made', sql: ORDERED_SESSIONS_SQL },
  ],
}
