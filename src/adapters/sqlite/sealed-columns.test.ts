import { expect, test } from 'vitest'
import { openDatabase } from './open-database.ts'
import { STORE_KINDS } from './sealed-columns.ts'

/** Octets that are no keys. */
const PLAIN = new Set([
  'subscribers.amf',
  'bootstraps.rand',
  'challenges.rand',
  'tombstones.answer',
  'mailbox.payload',
  'users.salt',
  'trigger_nonces.nonce',
])

interface Column {
  readonly at: string
  readonly table: string
  readonly name: string
}

function octetColumnsOf(db: ReturnType<typeof openDatabase>): Column[] {
  return db
    .prepare<[], Column>(
      `SELECT t.name || '.' || c.name AS at, t.name AS "table", c.name AS name
       FROM sqlite_schema t, pragma_table_info(t.name) c
       WHERE t.type = 'table' AND c.type = 'BLOB'`,
    )
    .all()
}

test.each(STORE_KINDS)(
  '$schema.name: each column of octets is sealed, or known as no key',
  (kind) => {
    const db = openDatabase(':memory:', kind.schema)
    const sealed = kind.sealed.flatMap(({ table, columns }) => columns.map((c) => `${table}.${c}`))
    const found = octetColumnsOf(db).map(({ at }) => at)
    expect(found.filter((at) => !PLAIN.has(at)).sort()).toEqual(sealed.sort())
    for (const { table, primaryKey } of kind.sealed) {
      const columns = db
        .prepare<[string], string>('SELECT name FROM pragma_table_info(?)')
        .pluck()
        .all(table)
      expect(columns).toEqual(expect.arrayContaining([...primaryKey]))
    }
    db.close()
  },
)
