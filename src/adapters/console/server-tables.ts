/** What a CPNS Server knows, as tables: ids, sources, states and expiries, never a key. Design 11 */

import type { PnInfo } from '../../cpns-server/pn-store.ts'
import type {
  EntityInfo,
  EuKeyInfo,
  ServerStore,
  SessionInfo,
} from '../../cpns-server/server-store.ts'
import type { ConsoleTable } from './console-protocol.ts'

/** What the tables are made from. */
export interface ServerTablesPorts {
  readonly store: Pick<ServerStore, 'listEntities' | 'listEuKeys' | 'listSessions' | 'listPns'>
  /** What an EntityID is called. Default: as it is. */
  readonly nameOf?: (entity: string) => string
}

/** @param nowMs UTC milliseconds. */
export async function serverTables(
  { store, nameOf = (entity) => entity }: ServerTablesPorts,
  nowMs: number,
): Promise<readonly ConsoleTable[]> {
  const [entities, euKeys, sessions, pns] = await Promise.all([
    store.listEntities(),
    store.listEuKeys(),
    store.listSessions(nowMs),
    store.listPns(nowMs),
  ])
  return [
    entityTable(entities, sessions, nameOf),
    sessionTable(sessions, nameOf),
    pnTable(pns, nameOf),
    euKeyTable(euKeys, nameOf),
  ]
}

type NameOf = (entity: string) => string

function entityTable(
  entities: readonly EntityInfo[],
  sessions: readonly SessionInfo[],
  nameOf: NameOf,
): ConsoleTable {
  const sessionOf = new Map(sessions.map((session) => [session.entityId, session]))
  return {
    id: 'entities',
    title: 'Entities',
    empty: 'No entity has an owner yet.',
    columns: [
      { key: 'entity', title: 'Entity', kind: 'text' },
      { key: 'role', title: 'Role', kind: 'text' },
      { key: 'state', title: 'State', kind: 'state' },
      { key: 'via', title: 'Behind', kind: 'text' },
      { key: 'owner', title: 'Owner', kind: 'id' },
    ],
    rows: entities.map(({ entityId, owner }) => {
      const session = sessionOf.get(entityId)
      return {
        entity: nameOf(entityId),
        role: session === undefined ? '' : ROLES[session.role],
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
      { key: 'session', title: 'SessionID', kind: 'id' },
      { key: 'entity', title: 'Entity', kind: 'text' },
      { key: 'euKey', title: 'EUKey', kind: 'id' },
      { key: 'ends', title: 'Ends in', kind: 'expiry' },
    ],
    rows: sessions.map(({ sessionId, entityId, euKeyId, expiresAtMs }) => ({
      session: sessionId,
      entity: nameOf(entityId),
      euKey: euKeyId,
      ends: expiresAtMs,
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
      { key: 'member', title: 'Entity', kind: 'text' },
      { key: 'role', title: 'Role', kind: 'text' },
      { key: 'state', title: 'State', kind: 'state' },
      { key: 'pn', title: 'PN', kind: 'id' },
      { key: 'alias', title: 'Alias', kind: 'text' },
      { key: 'ends', title: 'Ends in', kind: 'expiry' },
    ],
    rows: rows.map(({ entityId, isOnline, expiresAtMs, role, pn, alias }) => ({
      member: nameOf(entityId),
      role,
      state: isOnline ? 'online' : 'offline',
      pn,
      alias,
      ends: expiresAtMs,
    })),
  }
}

function euKeyTable(euKeys: readonly EuKeyInfo[], nameOf: NameOf): ConsoleTable {
  return {
    id: 'eukeys',
    title: 'EUKeys',
    empty: 'No EUKey yet.',
    columns: [
      { key: 'id', title: 'Id (B-TID)', kind: 'id' },
      { key: 'entity', title: 'Entity', kind: 'text' },
      { key: 'source', title: 'Source', kind: 'text' },
      { key: 'state', title: 'State', kind: 'state' },
      { key: 'ends', title: 'Ends in', kind: 'expiry' },
    ],
    rows: euKeys.map(({ id, entityId, source, state, expiresAtMs }) => ({
      id,
      entity: nameOf(entityId),
      source,
      state,
      ends: expiresAtMs,
    })),
  }
}

const ROLES = { 'pn-gw': 'PN GW', pne: 'PNE' } as const
