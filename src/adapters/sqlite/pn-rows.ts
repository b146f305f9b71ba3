/** Rows of PNs, of their members, and of who is attached. Design 9 */
import type Database from 'better-sqlite3'
import { MAX_PNS } from '../../cpns-server/pn-inventory.ts'
import type {
  PnInfo,
  PnMember,
  PnRegistered,
  PnStore,
  PnWish,
  Presence,
} from '../../cpns-server/pn-store.ts'
import type { EntityId } from '../../identity/entity-id.ts'
import type { GroupCommit } from './group-commit.ts'

/** Tables: a PN without an alias has an empty one. */
export const PNS_SQL = `
  CREATE TABLE pns (
    pn_id TEXT PRIMARY KEY,
    gateway TEXT NOT NULL REFERENCES entities ON DELETE CASCADE,
    alias TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX pns_by_gateway ON pns (gateway);
  CREATE INDEX pns_by_expiry ON pns (expires_at_ms);

  CREATE TABLE pn_members (
    pn_id TEXT NOT NULL REFERENCES pns ON DELETE CASCADE,
    entity_id TEXT NOT NULL REFERENCES entities ON DELETE CASCADE,
    expires_at_ms INTEGER NOT NULL,
    PRIMARY KEY (pn_id, entity_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX pn_members_by_entity ON pn_members (entity_id);
  CREATE INDEX pn_members_by_expiry ON pn_members (expires_at_ms);

  CREATE TABLE presence (
    entity_id TEXT PRIMARY KEY REFERENCES entities ON DELETE CASCADE,
    node_id TEXT NOT NULL,
    is_online INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX presence_by_node ON presence (node_id) WHERE is_online = 1;`

/** Synchronous operations, to be run inside a commit. */
export interface PnRows {
  register(wish: PnWish, nowMs: number): PnRegistered
  end(pn: Parameters<PnStore['endPn']>[0]): boolean
  find(pnId: string, nowMs: number): PnInfo | undefined
  list(nowMs: number, part?: Parameters<PnStore['listPns']>[1]): PnInfo[]
  /** A PNE uses a session from now on: it leaves the PNs of PN GWs that it is not behind. Design 7 */
  noteMove(sessionId: string): void
  notePresence(presence: Parameters<PnStore['notePresence']>[0]): void
  clearPresence(nodeId: string): void
}

interface PresenceRow {
  readonly is_online: number | null
  readonly last_seen_ms: number | null
}
interface PnRow extends PresenceRow {
  readonly pn_id: string
  readonly gateway: string
  readonly alias: string
  readonly expires_at_ms: number
}
interface MemberRow extends PresenceRow {
  readonly entity_id: string
  readonly expires_at_ms: number
}

const PN_COLUMNS = `SELECT pns.*, is_online, last_seen_ms
  FROM pns LEFT JOIN presence ON presence.entity_id = gateway WHERE expires_at_ms > @nowMs`

/** @param db A database of `SERVER_SCHEMA`. */
export function createPnRows(db: Database.Database): PnRows {
  const part = 'AND pn_id > @after ORDER BY pn_id LIMIT @limit'
  type Part = { readonly nowMs: number; readonly after: string; readonly limit: number }
  const selectPart = db.prepare<Part, PnRow>(`${PN_COLUMNS} ${part}`)
  const selectPartOf = db.prepare<Part & { readonly entityId: string }, PnRow>(
    `${PN_COLUMNS} AND (gateway = @entityId OR pn_id IN (
       SELECT pn_id FROM pn_members WHERE pn_members.entity_id = @entityId
       AND pn_members.expires_at_ms > @nowMs)) ${part}`,
  )
  const select = db.prepare<{ nowMs: number; pnId: string }, PnRow>(
    `${PN_COLUMNS} AND pn_id = @pnId`,
  )
  const selectMembers = db.prepare<[string, number], MemberRow>(
    `SELECT pn_members.entity_id, expires_at_ms, is_online, last_seen_ms
     FROM pn_members LEFT JOIN presence USING (entity_id)
     WHERE pn_id = ? AND expires_at_ms > ? ORDER BY entity_id`,
  )
  const remove = db.prepare<[string, string]>('DELETE FROM pns WHERE pn_id = ? AND gateway = ?')
  const infoOf = (row: PnRow, nowMs: number): PnInfo => ({
    pnId: row.pn_id,
    ...(row.alias !== '' && { alias: row.alias }),
    gateway: row.gateway as EntityId,
    expiresAtMs: row.expires_at_ms,
    ...presenceOf(row),
    members: selectMembers.all(row.pn_id, nowMs).map((member) => memberOf(member, row)),
  })

  return {
    register: prepareRegister(db),
    end: ({ gateway, pnId }) => remove.run(pnId, gateway).changes === 1,
    find(pnId, nowMs) {
      const row = select.get({ pnId, nowMs })
      return row && infoOf(row, nowMs)
    },
    list(nowMs, { entityId, after = '', limit = -1 } = {}) {
      const rows =
        entityId === undefined
          ? selectPart.all({ nowMs, after, limit })
          : selectPartOf.all({ nowMs, after, limit, entityId })
      return rows.map((row) => infoOf(row, nowMs))
    },
    ...preparePresence(db),
  }
}

/** The same, each in a commit of its own. */
export function createPnStore(rows: PnRows, { read, run }: GroupCommit): PnStore {
  return {
    registerPn: (wish, nowMs) => run(() => rows.register(wish, nowMs)),
    endPn: (pn) => run(() => rows.end(pn)),
    findPn: (pnId, nowMs) => read(() => rows.find(pnId, nowMs)),
    listPns: (nowMs, part) => read(() => rows.list(nowMs, part)),
    notePresence: (presence) => run(() => rows.notePresence(presence)),
    clearPresence: (nodeId) => run(() => rows.clearPresence(nodeId)),
  }
}

function prepareRegister(db: Database.Database): PnRows['register'] {
  const own = 'SELECT * FROM pns WHERE gateway = @gateway AND expires_at_ms > @nowMs'
  type Own = { readonly gateway: string; readonly nowMs: number }
  const selectById = db.prepare<Own & { pnId: string }, PnRow>(`${own} AND pn_id = @pnId`)
  const selectByAlias = db.prepare<Own & { alias: string }, PnRow>(
    `${own} AND alias = @alias ORDER BY pn_id LIMIT 1`,
  )
  const count = db.prepare<Own, number>(`SELECT count(*) FROM (${own})`).pluck()
  const upsert = db.prepare<[string, string, string, number]>(
    `INSERT INTO pns VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET alias = excluded.alias, expires_at_ms = excluded.expires_at_ms`,
  )
  const selectVia = db
    .prepare<[string, number], string | null>(
      `SELECT via FROM sessions WHERE entity_id = ? AND expires_at_ms > ?
       ORDER BY created_at_ms DESC, expires_at_ms DESC LIMIT 1`,
    )
    .pluck()
  const leave = db.prepare<[string, string]>(
    `DELETE FROM pn_members WHERE entity_id = ?
     AND pn_id IN (SELECT pn_id FROM pns WHERE gateway <> ?)`,
  )
  const join = db.prepare<[string, string, number]>(
    `INSERT INTO pn_members VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET expires_at_ms = excluded.expires_at_ms`,
  )

  return (wish, nowMs) => {
    const { gateway, alias, expiresAtMs } = wish
    const found =
      wish.pnId === undefined
        ? selectByAlias.get({ gateway, nowMs, alias: alias ?? '' })
        : selectById.get({ gateway, nowMs, pnId: wish.pnId })
    if (found === undefined && wish.pnId !== undefined) return { outcome: 'unknown-pn' }
    if (found === undefined && (count.get({ gateway, nowMs }) ?? 0) >= MAX_PNS) {
      return { outcome: 'too-many' }
    }
    const pnId = found?.pn_id ?? wish.newPnId
    upsert.run(pnId, gateway, alias ?? found?.alias ?? '', expiresAtMs)
    // A PN GW can say of a PNE that it is there only if the PNE has said so itself. Design 7, `Via`
    const members = wish.members.filter((pne) => selectVia.get(pne, nowMs) === gateway)
    for (const pne of members) {
      leave.run(pne, gateway)
      join.run(pnId, pne, expiresAtMs)
    }
    return { outcome: 'registered', pnId, members }
  }
}

function preparePresence(
  db: Database.Database,
): Pick<PnRows, 'noteMove' | 'notePresence' | 'clearPresence'> {
  const move = db.prepare<[string]>(
    `DELETE FROM pn_members WHERE (pn_id, entity_id) IN (
       SELECT pns.pn_id, sessions.entity_id FROM sessions
       JOIN pn_members USING (entity_id) JOIN pns ON pns.pn_id = pn_members.pn_id
       WHERE session_id = ? AND via <> gateway)`,
  )
  // An entity that has been removed meanwhile has no presence.
  const note = db.prepare<{ entityId: string; nodeId: string; isOnline: number; atMs: number }>(
    `INSERT INTO presence SELECT entity_id, @nodeId, @isOnline, @atMs FROM entities
     WHERE entity_id = @entityId
     ON CONFLICT DO UPDATE SET node_id = @nodeId, is_online = @isOnline, last_seen_ms = @atMs
     WHERE @isOnline = 1 OR node_id = @nodeId`,
  )
  const clear = db.prepare<[string]>(
    'UPDATE presence SET is_online = 0 WHERE node_id = ? AND is_online = 1',
  )
  return {
    noteMove(sessionId) {
      move.run(sessionId)
    },
    notePresence({ isOnline, ...rest }) {
      note.run({ ...rest, isOnline: isOnline ? 1 : 0 })
    },
    clearPresence(nodeId) {
      clear.run(nodeId)
    },
  }
}

function memberOf(row: MemberRow, gateway: PresenceRow): PnMember {
  return {
    entityId: row.entity_id as EntityId,
    expiresAtMs: row.expires_at_ms,
    ...(row.is_online === 1 ? presenceBehind(gateway, row) : presenceOf(row)),
  }
}

/** Who was attached through a PN GW went with it, and is back when it has attached after it. Design 7 */
function presenceBehind(gateway: PresenceRow, row: PresenceRow): Presence {
  if (gateway.is_online !== 1) return presenceOf(gateway)
  const isBack = (row.last_seen_ms ?? 0) >= (gateway.last_seen_ms ?? 0)
  return presenceOf({ ...row, is_online: isBack ? 1 : 0 })
}

function presenceOf({ is_online, last_seen_ms }: PresenceRow): Presence {
  return {
    isOnline: is_online === 1,
    ...(last_seen_ms !== null && { lastSeenMs: last_seen_ms }),
  }
}
