import { expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { parseEntityId } from '../../identity/entity-id.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { MOST_ROWS } from './console-protocol.ts'
import { serverTables } from './server-tables.ts'

const GATEWAY = parseEntityId('urn:x:gw')
const WATCH = parseEntityId('urn:x:watch')
const owner = { kind: 'impi', id: 'i@x' } as const

const store = {
  listEntities: async () => [
    { entityId: GATEWAY, owner, boundAtMs: 1 },
    { entityId: WATCH, owner, boundAtMs: 1 },
  ],
  listEuKeys: async () => [
    {
      id: 'b@bsf',
      entityId: GATEWAY,
      owner,
      source: 'gba-u' as const,
      keyType: 'ks-ext-naf' as const,
      createdAtMs: 1,
      expiresAtMs: 99,
      state: 'current' as const,
      // A store that gave too much out: the tables name what they show.
      key: Secret.of(new Uint8Array(32).fill(0xab)),
    },
  ],
  listUsers: async () => [{ userId: parseUserId('alice'), createdAtMs: 1, changedAtMs: 5 }],
  listPns: async () => [
    {
      pnId: 'urn:pn',
      gateway: GATEWAY,
      isOnline: true,
      expiresAtMs: 70,
      members: [{ entityId: WATCH, isOnline: false, lastSeenMs: 3, expiresAtMs: 60 }],
    },
  ],
  listSessions: async () => [
    {
      sessionId: 'aa',
      entityId: WATCH,
      role: 'pne' as const,
      via: GATEWAY,
      euKeyId: 'k',
      createdAtMs: 1,
      expiresAtMs: 50,
    },
  ],
}

test('who is there, by the names that people know, and never a key', async () => {
  const nameOf = (entity: string): string => (entity === GATEWAY ? 'PN GW' : entity)
  const tables = await serverTables({ store, nameOf }, 7)
  expect(tables.map(({ id, rows }) => [id, rows])).toEqual([
    [
      'entities',
      [
        { entity: 'PN GW', role: 'PN GW', state: 'offline', via: '', owner: 'i@x' },
        { entity: 'urn:x:watch', role: 'PNE', state: 'online', via: 'PN GW', owner: 'i@x' },
      ],
    ],
    ['sessions', [{ session: 'aa', entity: 'urn:x:watch', euKey: 'k', ends: 50 }]],
    [
      'pns',
      [
        { member: 'PN GW', role: 'PN GW', state: 'online', pn: 'urn:pn', alias: '', ends: 70 },
        { member: 'urn:x:watch', role: 'PNE', state: 'offline', pn: 'urn:pn', alias: '', ends: 60 },
      ],
    ],
    ['eukeys', [{ id: 'b@bsf', entity: 'PN GW', source: 'gba-u', state: 'current', ends: 99 }]],
    ['users', [{ user: 'alice', password: 5 }]],
  ])
  expect(JSON.stringify(tables)).not.toMatch(/abab|secret/)
})

test('of a hundred thousand the first so many are asked for and shown, and that there are more', async () => {
  const asked: number[] = []
  const [session] = await store.listSessions()
  const many = {
    ...store,
    async listSessions(_nowMs: number, { limit = 0, entityId = '' } = {}) {
      if (entityId !== '') return entityId === WATCH ? [session] : []
      asked.push(limit)
      return Array.from({ length: limit }, (_, n) => ({
        ...session,
        entityId: parseEntityId(`urn:x:${n}`),
      }))
    },
  }
  const [entities, sessions] = await serverTables({ store: many as unknown as typeof store }, 7)
  expect(asked).toEqual([MOST_ROWS + 1])
  expect([sessions?.rows.length, sessions?.isCut]).toEqual([MOST_ROWS, true])
  expect(entities?.isCut).toBeUndefined()
  expect(
    entities?.rows.map(({ state }) => state),
    'though his session is not among the shown ones',
  ).toEqual(['offline', 'online'])
})

test('every row has what its columns name', async () => {
  for (const { columns, rows } of await serverTables({ store }, 7)) {
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(columns.map(({ key }) => key))
    }
  }
})
