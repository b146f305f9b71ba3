/** Subscribers and SQN leases of the HSS on SQLite. Design 9 */
import type Database from 'better-sqlite3'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { HssStore, SqnLease, SqnLeaseRequest, Subscriber } from '../../hss/hss-store.ts'
import type { Impi } from '../../identity/impi.ts'
import type { StoreSchema } from './migrate.ts'
import { createOpenedKeys, type OpenedKeys } from './opened-keys.ts'
import { sealColumn } from './sealed-column.ts'
import { connectStore } from './store-connection.ts'
import { createUnchangedRows } from './unchanged-rows.ts'

/** Its tables. */
export const HSS_SCHEMA: StoreSchema = {
  name: 'HSS',
  applicationId: 0x43504e48,
  migrations: [
    {
      brings: 'subscribers and their SQN leases',
      sql: `CREATE TABLE subscribers (
       impi TEXT PRIMARY KEY,
       algorithm TEXT NOT NULL,
       subscriber_key BLOB NOT NULL,
       operator_variant BLOB NOT NULL,
       amf BLOB NOT NULL,
       guss TEXT,
       tuak TEXT,
       seq_ceiling INTEGER NOT NULL DEFAULT 0,
       lease_epoch INTEGER NOT NULL DEFAULT 0,
       lease_owner TEXT
     ) STRICT, WITHOUT ROWID;`,
    },
  ],
}

interface SubscriberRow {
  readonly impi: string
  readonly algorithm: string
  readonly subscriber_key: Uint8Array
  readonly operator_variant: Uint8Array
  readonly amf: Uint8Array
  readonly guss: string | null
  /** Lengths and iterations as JSON. */
  readonly tuak: string | null
}

const KEY_COLUMNS = ['subscriber_key', 'operator_variant'] as const
type KeyColumn = (typeof KEY_COLUMNS)[number]
/** As many as an HSS remembers with their ciphers. */
const REMEMBERED_SUBSCRIBERS = 10_000

/**
 * @param file Path of the database, or `:memory:`.
 * @param sealer Seals K and OPc (TOPc).
 * @throws {ConfigurationInvalid} If the file cannot be used.
 */
export function openHssStore(file: string, sealer: RecordSealer): HssStore {
  const { db, commits, store } = connectStore(file, HSS_SCHEMA)
  const insert = db.prepare<SubscriberRow>(
    `INSERT INTO subscribers (impi, algorithm, subscriber_key, operator_variant, amf, guss, tuak)
     VALUES (@impi, @algorithm, @subscriber_key, @operator_variant, @amf, @guss, @tuak)
     ON CONFLICT DO NOTHING`,
  )
  const select = db.prepare<[Impi], SubscriberRow>(
    `SELECT impi, algorithm, subscriber_key, operator_variant, amf, guss, tuak
     FROM subscribers WHERE impi = ?`,
  )
  const selectPage = db
    .prepare<[string, number], Impi>(
      'SELECT impi FROM subscribers WHERE impi > ? ORDER BY impi LIMIT ?',
    )
    .pluck()
  const update = db.prepare<SubscriberRow>(
    `UPDATE subscribers SET algorithm = @algorithm, subscriber_key = @subscriber_key,
       operator_variant = @operator_variant, amf = @amf, guss = @guss, tuak = @tuak
     WHERE impi = @impi`,
  )
  const remove = db.prepare<[Impi]>('DELETE FROM subscribers WHERE impi = ?')
  const leaseSqn = prepareLease(db)
  const opened = {
    subscriber_key: createOpenedKeys(sealer, REMEMBERED_SUBSCRIBERS),
    operator_variant: createOpenedKeys(sealer, REMEMBERED_SUBSCRIBERS),
  }
  const unchanged = createUnchangedRows<Impi, Subscriber>(db, REMEMBERED_SUBSCRIBERS)
  const forget = (impi: Impi): void => {
    unchanged.forget(impi)
    for (const column of KEY_COLUMNS) opened[column].forget(identityOf(impi, column))
  }
  const find = (impi: Impi): Subscriber | undefined => {
    const row = select.get(impi)
    if (row !== undefined) return subscriberOf(row, opened)
    forget(impi)
    return undefined
  }

  return {
    ...store,
    addSubscriber: (subscriber) =>
      commits.run(() => (insert.run(rowOf(subscriber, sealer)).changes === 1 ? 'added' : 'exists')),
    findSubscriber: (impi) => commits.read(() => unchanged.find(impi, find)),
    listSubscribers: ({ after = '', limit }) => commits.read(() => selectPage.all(after, limit)),
    changeSubscriber: (impi, change) =>
      commits.run(() => {
        unchanged.forget(impi)
        const subscriber = find(impi)
        if (subscriber === undefined) return undefined
        const changed = { ...change(subscriber), impi }
        update.run(rowOf(changed, sealer))
        return changed
      }),
    removeSubscriber: (impi) =>
      commits.run(() => {
        forget(impi)
        return remove.run(impi).changes === 1
      }),
    leaseSqn: (request) => commits.run(() => leaseSqn(request)),
  }
}

/** The ceiling is the highest SEQ that was ever leased; it is committed before the lease is returned. */
function prepareLease(db: Database.Database): (request: SqnLeaseRequest) => SqnLease | undefined {
  const selectCeiling = db
    .prepare<[Impi], bigint>('SELECT seq_ceiling FROM subscribers WHERE impi = ?')
    .pluck()
    .safeIntegers()
  const raise = db
    .prepare<[bigint, string, Impi], number>(
      `UPDATE subscribers SET seq_ceiling = ?, lease_epoch = lease_epoch + 1, lease_owner = ?
       WHERE impi = ? RETURNING lease_epoch`,
    )
    .pluck()

  return ({ impi, owner, size, above = -1n, lowerCeiling = false }) => {
    if (!Number.isSafeInteger(size) || size < 1) throw new RangeError('a lease has 1 SEQ or more')
    const ceiling = selectCeiling.get(impi)
    if (ceiling === undefined) return undefined
    const last = lowerCeiling || above > ceiling ? above : ceiling
    const lease = { firstSeq: last + 1n, lastSeq: last + BigInt(size) }
    return { ...lease, epoch: raise.get(lease.lastSeq, owner, impi) as number }
  }
}

function rowOf(subscriber: Subscriber, sealer: RecordSealer): SubscriberRow {
  const { impi, algorithm, subscriberKey, operatorVariant, amf, guss, tuak } = subscriber
  return {
    impi,
    algorithm,
    subscriber_key: sealColumn(sealer, identityOf(impi, 'subscriber_key'), subscriberKey),
    operator_variant: sealColumn(sealer, identityOf(impi, 'operator_variant'), operatorVariant),
    amf,
    guss: guss ?? null,
    tuak: tuak === undefined ? null : JSON.stringify(tuak),
  }
}

function subscriberOf(
  row: SubscriberRow,
  opened: Readonly<Record<KeyColumn, OpenedKeys>>,
): Subscriber {
  const open = (column: KeyColumn) => opened[column].open(identityOf(row.impi, column), row[column])
  return {
    impi: row.impi as Impi,
    algorithm: row.algorithm as Subscriber['algorithm'],
    subscriberKey: open('subscriber_key'),
    operatorVariant: open('operator_variant'),
    amf: new Uint8Array(row.amf),
    ...(row.guss !== null && { guss: row.guss }),
    ...(row.tuak !== null && { tuak: JSON.parse(row.tuak) as NonNullable<Subscriber['tuak']> }),
  }
}

function identityOf(impi: string, column: string) {
  return { table: 'subscribers', primaryKey: [impi], column }
}
