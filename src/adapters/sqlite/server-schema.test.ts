import { expect, test } from 'vitest'
import { openDatabase } from './open-database.ts'
import { SERVER_SCHEMA } from './server-schema.ts'

const open = () => openDatabase(':memory:', SERVER_SCHEMA)
const EUKEY = (id: string) =>
  `INSERT INTO eukeys VALUES ('e', '${id}', 't', 'impi', 'o', 's', x'00', 1, 2, 'current')`

test('every table refuses values of another type than its column has', () => {
  const tables = open()
    .prepare(`SELECT name, strict FROM pragma_table_list WHERE type = 'table'`)
    .all() as { name: string; strict: number }[]
  const own = tables.filter(({ name }) => !name.startsWith('sqlite_'))
  expect(own.map(({ name }) => name).sort()).toEqual([
    'attachments',
    'attempts',
    'candidates',
    'entities',
    'eukeys',
    'mailbox',
    'mailbox_loads',
    'pn_members',
    'pns',
    'presence',
    'sealing_keys',
    'seen',
    'server_secrets',
    'sessions',
    'tombstones',
    'trigger_keys',
    'users',
  ])
  expect(own.filter(({ strict }) => strict !== 1)).toEqual([])
})

test('an EUKey needs an entity with an owner, and two cannot be current at once', () => {
  const db = open()
  expect(() => db.exec(EUKEY('a'))).toThrow('FOREIGN KEY')
  db.exec(`INSERT INTO entities VALUES ('e', 'impi', 'o', 1, NULL)`)
  db.exec(EUKEY('a'))
  expect(() => db.exec(EUKEY('b'))).toThrow('UNIQUE')
})

test('no look-up by entity, recipient or expiry reads a whole table', () => {
  const db = open()
  const plans = [
    `SELECT * FROM eukeys WHERE entity_id = 'e' AND state = 'current'`,
    `DELETE FROM sessions WHERE entity_id = 'e' AND session_id <> 'x'`,
    `SELECT * FROM mailbox WHERE to_recipient = 'a' AND position > 1 ORDER BY position LIMIT 9`,
    `DELETE FROM candidates WHERE user_id = 'a'`,
    `SELECT * FROM pns WHERE gateway = 'e' AND expires_at_ms > 1`,
    `DELETE FROM pn_members WHERE entity_id = 'e'`,
    `UPDATE presence SET is_online = 0 WHERE node_id = 'n' AND is_online = 1`,
    ...['candidates', 'eukeys', 'sessions', 'mailbox', 'seen', 'pns', 'pn_members'].map(
      (table) => `DELETE FROM ${table} WHERE expires_at_ms <= 1`,
    ),
    ...['attempts', 'tombstones'].map((table) => `DELETE FROM ${table} WHERE forget_after_ms <= 1`),
  ].map((sql) => db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[])
  const details = plans.flat().map(({ detail }) => detail)
  expect(details.filter((detail) => !detail.startsWith('SEARCH'))).toEqual([])
})
