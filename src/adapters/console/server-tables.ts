/** What a CPNS Server knows, as tables: ids, sources, states and expiries, never a key. Design 11 */

import type { PnInfo } from '../../cpns-server/pn-store.ts'
import type {
  EntityInfo,
  EuKeyInfo,
  ServerStore,
  SessionInfo,
} from '../../cpns-server/server-store.ts'
import type { UserInfo } from '../../cpns-server/user-store.ts'
import { type ConsoleTable, MOST_ROWS } from './console-protocol.ts'

/** What the tables are made from. */
export interface ServerTablesPorts {
  readonly store: Pick<
    ServerStore,
    'listEntities' | 'listEuKeys' | 'listSessions' | 'listPns' | 'listUsers'
  >
  /** What an EntityID is called. Default: as it is. */
  readonly nameOf?: (entity: string) => string
}

/** @param nowMs UTC milliseconds. */
export async function serverTables(
  { store, nameOf = (entity) => entity }: ServerTablesPorts,
  nowMs: number,
): Promise<readonly ConsoleTable[]> {
  // One more than is shown tells whether there are more.
  const part = { limit: MOST_ROWS + 1 }
  const [entities, euKeys, sessions, pns, users] = await Promise.all([
    store.listEntities(part),
    store.listEuKeys(part),
    store.listSessions(nowMs, part),
    store.listPns(nowMs, part),
    store.listUsers(part),
  ])
  // Of more sessions than are shown, those of the entities that are.
  const isCut = sessions.length > MOST_ROWS
  const theirs = isCut ? await sessionsOf(entities, store, nowMs) : sessions
  return [
    entityTable(entities, { sessions: theirs, pns }, nameOf),
    sessionTable(sessions, nameOf),
    pnTable(pns, nameOf),
    euKeyTable(euKeys, nameOf),
    userTable(users),
  ].map(bounded)
}

async function sessionsOf(
  entities: readonly EntityInfo[],
  store: ServerTablesPorts['store'],
  nowMs: number,
): Promise<readonly SessionInfo[]> {
  const found = entities
    .slice(0, MOST_ROWS)
    .map(({ entityId }) => store.listSessions(nowMs, { entityId, limit: 1 }))
  return (await Promise.all(found)).flat()
}

function bounded(table: ConsoleTable): ConsoleTable {
  if (table.rows.length <= MOST_ROWS) return table
  return { ...table, rows: table.rows.slice(0, MOST_ROWS), isCut: true }
}

type NameOf = (entity: string) => string

function entityTable(
  entities: readonly EntityInfo[],
  { sessions, pns }: { readonly sessions: readonly SessionInfo[]; readonly pns: readonly PnInfo[] },
  nameOf: NameOf,
): ConsoleTable {
  // Who is away now has the role that he has in his PN.
  const roles = new Map<string, string>([
    ...pns.flatMap(({ members }) => members.map(({ entityId }) => [entityId, ROLES.pne] as const)),
    ...pns.map(({ gateway }) => [gateway, ROLES['pn-gw']] as const),
    ...sessions.map(({ entityId, role }) => [entityId, ROLES[role]] as const),
  ])
  const sessionOf = new Map(sessions.map((session) => [session.entityId, session]))
  return {
    id: 'entities',
    title: 'Entities',
    empty: 'No entity has an owner yet.',
    columns: [
      { key: 'entity', title: 'Entity', kind: 'text' },
      { key: 'role', title: 'Role', kind: 'text' },
      { key: 'state', title: 'State', kind: 'state' },
      { key: 'via', title: 'Behind', kind: 'entity' },
      { key: 'owner', title: 'Owner', kind: 'id' },
    ],
    rows: entities.map(({ entityId, owner }) => {
      const session = sessionOf.get(entityId)
      return {
        entity: nameOf(entityId),
        role: roles.get(entityId) ?? '',
        state: session === undefined ? 'offline' : 'online',
        via: session?.via === undefined ? '' : nameOf(session.via),
        owner: owner.id,
      }
    }),
  }
}

function sessionTable(sessions: readonly SessionInfo[], nameOf: NameOf): ConsoleTable {
  return {
    id: 'sessions',
    title: 'Sessions',
    empty: 'Nobody has a session now.',
    columns: [
      { key: 'entity', title: 'Entity', kind: 'entity' },
      { key: 'ends', title: 'Ends in', kind: 'expiry' },
      { key: 'session', title: 'SessionID', kind: 'id' },
      { key: 'euKey', title: 'EUKey', kind: 'id' },
    ],
    rows: sessions.map(({ sessionId, entityId, euKeyId, expiresAtMs }) => ({
      entity: nameOf(entityId),
      ends: expiresAtMs,
      session: sessionId,
      euKey: euKeyId,
    })),
  }
}

/** One row a member: who is where. */
function pnTable(pns: readonly PnInfo[], nameOf: NameOf): ConsoleTable {
  const rows = pns.flatMap(({ pnId, alias = '', gateway, isOnline, expiresAtMs, members }) => [
    { entityId: gateway, isOnline, expiresAtMs, role: 'PN GW', pn: pnId, alias },
    ...members.map((member) => ({ ...member, role: 'PNE', pn: pnId, alias })),
  ])
  return {
    id: 'pns',
    title: 'Personal networks',
    empty: 'No PN is registered.',
    columns: [
      { key: 'member', title: 'Entity', kind: 'entity' },
      { key: 'role', title: 'Role', kind: 'text' },
      { key: 'state', title: 'State', kind: 'state' },
      { key: 'ends', title: 'Ends in', kind: 'expiry' },
      { key: 'alias', title: 'Alias', kind: 'text' },
      { key: 'pn', title: 'PN', kind: 'id' },
    ],
    rows: rows.map(({ entityId, isOnline, expiresAtMs, role, pn, alias }) => ({
      member: nameOf(entityId),
      role,
      state: isOnline ? 'online' : 'offline',
      ends: expiresAtMs,
      alias,
      pn,
    })),
  }
}

function euKeyTable(euKeys: readonly EuKeyInfo[], nameOf: NameOf): ConsoleTable {
  return {
    id: 'eukeys',
    title: 'EUKeys',
    empty: 'No EUKey yet.',
    columns: [
      { key: 'entity', title: 'Entity', kind: 'entity' },
      { key: 'state', title: 'State', kind: 'state' },
      { key: 'ends', title: 'Ends in', kind: 'expiry' },
      { key: 'source', title: 'Source', kind: 'text' },
      { key: 'id', title: 'Id (B-TID)', kind: 'id' },
    ],
    rows: euKeys.map(({ id, entityId, source, state, expiresAtMs }) => ({
      entity: nameOf(entityId),
      state,
      ends: expiresAtMs,
      source,
      id,
    })),
  }
}

function userTable(users: readonly UserInfo[]): ConsoleTable {
  return {
    id: 'users',
    title: 'Users',
    empty: 'No user yet.',
    columns: [
      { key: 'user', title: 'UserID', kind: 'text' },
      { key: 'password', title: 'Password since', kind: 'time' },
    ],
    rows: users.map(({ userId, changedAtMs }) => ({ user: userId, password: changedAtMs })),
  }
}

const ROLES = { 'pn-gw': 'PN GW', pne: 'PNE' } as const
