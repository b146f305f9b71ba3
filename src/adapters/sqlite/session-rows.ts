/** Rows of sessions, and of the attachment that each entity is used through. Design 7, 8 */
import type Database from 'better-sqlite3'
import type {
  EntityListPart,
  Session,
  SessionInfo,
  SessionPlace,
} from '../../cpns-server/server-store.ts'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { EntityId } from '../../identity/entity-id.ts'
import { openColumn, sealColumn } from './sealed-column.ts'

/** Synchronous operations, to be run inside a commit. */
export interface SessionRows {
  /** A session that has not ended at `nowMs`. */
  find(sessionId: string, nowMs: number): Session | undefined
  list(nowMs: number, part?: EntityListPart<SessionPlace>): SessionInfo[]
  insert(session: Session): void
  /** Lets the entity's sessions end no later than `atMs`, UTC milliseconds. */
  endNoLaterThan(entityId: EntityId, atMs: number): void
  /** Whether it was there. */
  end(sessionId: string): boolean
  /** Ends the sessions of an entity, but for `keptSessionId`. @returns Those that ended. */
  endAll(entityId: EntityId, keptSessionId?: string): readonly string[]
  /** Notes who holds the attachment, as `ServerStore.takeAttachment` says. */
  takeAttachment(attachment: Attachment, nowMs: number): TakenAttachment
}

/**
 * Their table, in the order in which they were made: those of one commit share pages, and so mostly do the
 * former ones that they follow. Under the SessionID, which is random, each would be on a page of its own.
 */
export const ORDERED_SESSIONS_SQL = `
  CREATE TABLE ordered_sessions (
    position INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    entity_id TEXT NOT NULL REFERENCES entities ON DELETE CASCADE,
    role TEXT NOT NULL,
    via TEXT,
    eukey_id TEXT NOT NULL,
    session_key BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT;
  INSERT INTO ordered_sessions (session_id, entity_id, role, via, eukey_id, session_key,
      created_at_ms, expires_at_ms)
    SELECT session_id, entity_id, role, via, eukey_id, session_key, created_at_ms, expires_at_ms
    FROM sessions ORDER BY created_at_ms, session_id;
  DROP TABLE sessions;
  ALTER TABLE ordered_sessions RENAME TO sessions;
  CREATE INDEX sessions_by_entity ON sessions (entity_id, expires_at_ms);
  CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);`

/** A claim to be the one attachment of an entity. */
export interface Attachment {
  readonly entityId: EntityId
  readonly nodeId: string
  readonly sessionId: string
}

/** The epoch of an attachment, and the sessions that it ended. */
export interface TakenAttachment {
  readonly epoch: number
  readonly endedSessionIds: readonly string[]
  /** When its own session ends; 0 if it has. UTC milliseconds. */
  readonly expiresAtMs: number
}

interface Row {
  readonly session_id: string
  readonly entity_id: string
  readonly role: string
  readonly via: string | null
  readonly eukey_id: string
  readonly session_key: Uint8Array
  readonly created_at_ms: number
  readonly expires_at_ms: number
}

/** @param sealer Seals the session keys. */
export function createSessionRows(db: Database.Database, sealer: RecordSealer): SessionRows {
  const select = db.prepare<[string, number], Row>(
    'SELECT * FROM sessions WHERE session_id = ? AND expires_at_ms > ?',
  )
  const insert = db.prepare<
    [string, string, string, string | null, string, Uint8Array, number, number]
  >(
    `INSERT INTO sessions (session_id, entity_id, role, via, eukey_id, session_key, created_at_ms,
       expires_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const capExpiry = db.prepare<[number, string, number]>(
    'UPDATE sessions SET expires_at_ms = ? WHERE entity_id = ? AND expires_at_ms > ?',
  )
  const remove = db.prepare<[string]>('DELETE FROM sessions WHERE session_id = ?')
  const removeOthers = db
    .prepare<[string, string], string>(
      'DELETE FROM sessions WHERE entity_id = ? AND session_id <> ? RETURNING session_id',
    )
    .pluck()
  const endAll: SessionRows['endAll'] = (entityId, kept = '') =>
    removeOthers.all(entityId, kept).sort()

  return {
    find(sessionId, nowMs) {
      const row = select.get(sessionId, nowMs)
      return row && sessionOf(row, sealer)
    },
    list: prepareList(db),
    insert(session) {
      const { sessionId, entityId, role, via = null, euKeyId, createdAtMs, expiresAtMs } = session
      const sealed = sealColumn(sealer, identityOf(sessionId), session.sessionKey)
      insert.run(sessionId, entityId, role, via, euKeyId, sealed, createdAtMs, expiresAtMs)
    },
    endNoLaterThan(entityId, atMs) {
      capExpiry.run(atMs, entityId, atMs)
    },
    end: (sessionId) => remove.run(sessionId).changes === 1,
    endAll,
    takeAttachment: prepareTakeAttachment(db, endAll),
  }
}

function prepareList(db: Database.Database): SessionRows['list'] {
  const sqlOf = (condition: string): string =>
    `SELECT * FROM sessions WHERE expires_at_ms > @nowMs ${condition}
     AND (created_at_ms, session_id) > (@createdAtMs, @sessionId)
     ORDER BY created_at_ms, session_id LIMIT @limit`
  type Part = SessionPlace & { readonly nowMs: number; readonly limit: number }
  const select = db.prepare<Part, Row>(sqlOf(''))
  const selectOf = db.prepare<Part & { readonly entityId: string }, Row>(
    sqlOf('AND entity_id = @entityId'),
  )
  const START = { createdAtMs: -1, sessionId: '' }
  return (nowMs, { entityId, after = START, limit = -1 } = {}) => {
    const { createdAtMs, sessionId } = after
    const part = { nowMs, limit, createdAtMs, sessionId }
    const rows = entityId === undefined ? select.all(part) : selectOf.all({ ...part, entityId })
    return rows.map(infoOf)
  }
}

function prepareTakeAttachment(
  db: Database.Database,
  endAll: SessionRows['endAll'],
): SessionRows['takeAttachment'] {
  const selectExpiry = db
    .prepare<[string, string, number], number>(
      `SELECT expires_at_ms FROM sessions
       WHERE session_id = ? AND entity_id = ? AND expires_at_ms > ?`,
    )
    .pluck()
  const selectEpoch = db
    .prepare<[string], number>('SELECT epoch FROM attachments WHERE entity_id = ?')
    .pluck()
  const take = db
    .prepare<Attachment, number>(
      `INSERT INTO attachments VALUES (@entityId, @nodeId, @sessionId, 1)
       ON CONFLICT DO UPDATE SET
         node_id = @nodeId, session_id = @sessionId, epoch = epoch + 1
       RETURNING epoch`,
    )
    .pluck()

  return (attachment, nowMs) => {
    const { entityId, sessionId } = attachment
    const expiresAtMs = selectExpiry.get(sessionId, entityId, nowMs)
    // A session that has ended meanwhile must not end the one that took its place.
    if (expiresAtMs === undefined) {
      const epoch = selectEpoch.get(entityId) ?? 0
      return { epoch, endedSessionIds: [sessionId], expiresAtMs: 0 }
    }
    const epoch = take.get(attachment) as number
    return { epoch, endedSessionIds: endAll(entityId, sessionId), expiresAtMs }
  }
}

/** A PNE that attaches elsewhere leaves the PNs of its former PN GW; to be run inside a commit. Design 7 */
export function takeAttachment(
  rows: {
    readonly sessions: SessionRows
    readonly pns: { noteMove(sessionId: string): void }
  },
  attachment: Attachment,
  nowMs: number,
): TakenAttachment {
  const taken = rows.sessions.takeAttachment(attachment, nowMs)
  rows.pns.noteMove(attachment.sessionId)
  return taken
}

function sessionOf(row: Row, sealer: RecordSealer): Session {
  const sessionKey = openColumn(sealer, identityOf(row.session_id), row.session_key)
  return { ...infoOf(row), sessionKey }
}

function infoOf(row: Row): SessionInfo {
  return {
    sessionId: row.session_id,
    entityId: row.entity_id as EntityId,
    role: row.role as Session['role'],
    ...(row.via !== null && { via: row.via as EntityId }),
    euKeyId: row.eukey_id,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
  }
}

function identityOf(sessionId: string) {
  return { table: 'sessions', primaryKey: [sessionId], column: 'session_key' }
}
