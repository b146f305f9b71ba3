import { expect, test } from 'vitest'
import { GATEWAY_ID, WATCH_ID } from '../../../test/support/cpns-world.ts'
import { openDatabase } from './open-database.ts'
import { createPnRows } from './pn-rows.ts'
import { SERVER_SCHEMA } from './server-schema.ts'

const entity = (id: string): string =>
  `INSERT INTO entities (entity_id, owner_kind, owner_id, bound_at_ms) VALUES ('${id}', 'impi', 'o', 1)`
const WISH = { gateway: GATEWAY_ID, newPnId: 'urn:x:n', members: [], expiresAtMs: 10 }

test('a PN is of an entity that is known, and goes with it', () => {
  const db = openDatabase(':memory:', SERVER_SCHEMA)
  const rows = createPnRows(db)
  expect(() => rows.register(WISH, 0)).toThrow('FOREIGN KEY')
  db.exec(entity(GATEWAY_ID))
  expect(rows.register(WISH, 0)).toMatchObject({ outcome: 'registered', pnId: 'urn:x:n' })
  expect(rows.find('urn:x:n', 9)?.alias).toBeUndefined()
  db.exec('DELETE FROM entities')
  expect(rows.list(0)).toEqual([])
})

test('a store of the version before gets the tables, and keeps what it has', () => {
  const db = openDatabase(':memory:', {
    ...SERVER_SCHEMA,
    migrations: SERVER_SCHEMA.migrations.slice(0, 1),
  })
  db.exec(entity(WATCH_ID))
  for (const { sql } of SERVER_SCHEMA.migrations.slice(1)) db.exec(sql)
  createPnRows(db).notePresence({ entityId: WATCH_ID, nodeId: 'a', isOnline: true, atMs: 5 })
  expect(db.prepare('SELECT is_online, last_seen_ms FROM presence').raw().all()).toEqual([[1, 5]])
})
