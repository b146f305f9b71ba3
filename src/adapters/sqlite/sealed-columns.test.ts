import { expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { toHex } from '../../octets/octets.ts'
import { openDatabase } from './open-database.ts'
import { keyIdIn, STORE_KINDS, sealedColumnsOf } from './sealed-columns.ts'
import { testSealer } from './sqlite.fixture.ts'

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

test('the key id is in every sealed value where the SQL looks for it', () => {
  const kind = STORE_KINDS[0] as (typeof STORE_KINDS)[number]
  expect(sealedColumnsOf(kind)).toEqual([
    { table: 'subscribers', column: 'subscriber_key' },
    { table: 'subscribers', column: 'operator_variant' },
  ])
  const sealer = testSealer()
  const sealed = sealer.seal('identity', Secret.of(new Uint8Array(16)))
  const id = openDatabase(':memory:', kind.schema)
    .prepare<[Uint8Array], Uint8Array>(`SELECT ${keyIdIn('?')}`)
    .pluck()
    .get(sealed)
  expect(toHex(new Uint8Array(id ?? []))).toBe(sealer.keyId)
})
