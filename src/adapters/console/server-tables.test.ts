import { expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { parseEntityId } from '../../identity/entity-id.ts'
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
        { entity: 'PN GW', role: '', state: 'offline', via: '', owner: 'i@x' },
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
  ])
  expect(JSON.stringify(tables)).not.toMatch(/abab|secret/)
})

test('every row has what its columns name', async () => {
  for (const { columns, rows } of await serverTables({ store }, 7)) {
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(columns.map(({ key }) => key))
    }
  }
})
