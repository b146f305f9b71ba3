/** API keys and webhooks of applications on SQLite. Design 8, 9 */
import type { ApiKeyRecord, ApiScope, AppStore } from '../../app/app-store.ts'
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { StoreSchema } from './migrate.ts'
import { openColumn, sealColumn } from './sealed-column.ts'
import { connectStore } from './store-connection.ts'

/** Its tables. */
export const APP_SCHEMA: StoreSchema = {
  name: 'application',
  applicationId: 0x43504e41,
  migrations: [
    {
      brings: 'API keys and webhooks',
      sql: `CREATE TABLE api_keys (
       id TEXT PRIMARY KEY,
       service TEXT NOT NULL,
       scopes TEXT NOT NULL,
       digest TEXT NOT NULL UNIQUE,
       created_at_ms INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE webhooks (
       service TEXT PRIMARY KEY,
       url TEXT NOT NULL,
       secret BLOB NOT NULL
     ) STRICT;`,
    },
  ],
}

interface ApiKeyRow {
  readonly id: string
  readonly service: string
  /** Separated by spaces. */
  readonly scopes: string
  readonly digest: string
  readonly created_at_ms: number
}

interface WebhookRow {
  readonly service: string
  readonly url: string
  readonly secret: Uint8Array
}

/**
 * @param file Path of the database, or `:memory:`.
 * @param sealer Seals the secrets of webhooks.
 * @throws {ConfigurationInvalid} If the file cannot be used.
 */
export function openAppStore(file: string, sealer: RecordSealer): AppStore {
  const { db, commits, store } = connectStore(file, APP_SCHEMA)
  const insertKey = db.prepare<ApiKeyRow>(
    'INSERT INTO api_keys VALUES (@id, @service, @scopes, @digest, @created_at_ms)',
  )
  const selectKey = db.prepare<[string], ApiKeyRow>('SELECT * FROM api_keys WHERE digest = ?')
  const selectKeys = db.prepare<[], ApiKeyRow>('SELECT * FROM api_keys ORDER BY created_at_ms, id')
  const deleteKey = db.prepare<[string]>('DELETE FROM api_keys WHERE id = ?')
  const selectServices = db.prepare<[], { service: string }>(
    'SELECT DISTINCT service FROM api_keys ORDER BY service',
  )
  const replaceWebhook = db.prepare<WebhookRow>(
    'INSERT OR REPLACE INTO webhooks VALUES (@service, @url, @secret)',
  )
  const selectWebhook = db.prepare<[string], WebhookRow>('SELECT * FROM webhooks WHERE service = ?')
  const deleteWebhook = db.prepare<[string]>('DELETE FROM webhooks WHERE service = ?')

  return {
    ...store,
    addApiKey: ({ id, service, scopes, digest, createdAtMs }) =>
      commits.run(() => {
        insertKey.run({ id, service, scopes: scopes.join(' '), digest, created_at_ms: createdAtMs })
      }),
    findApiKey: (digest) =>
      commits.read(() => {
        const row = selectKey.get(digest)
        return row && recordOf(row)
      }),
    listApiKeys: () => commits.read(() => selectKeys.all().map(recordOf)),
    removeApiKey: (id) => commits.run(() => deleteKey.run(id).changes > 0),
    listServices: () => commits.read(() => selectServices.all().map(({ service }) => service)),
    saveWebhook: ({ service, url, secret }) =>
      commits.run(() => {
        replaceWebhook.run({ service, url, secret: sealColumn(sealer, secretOf(service), secret) })
      }),
    findWebhook: (service) =>
      commits.read(() => {
        const row = selectWebhook.get(service)
        if (row === undefined) return undefined
        return { service, url: row.url, secret: openColumn(sealer, secretOf(service), row.secret) }
      }),
    removeWebhook: (service) => commits.run(() => deleteWebhook.run(service).changes > 0),
  }
}

function recordOf({ id, service, scopes, digest, created_at_ms }: ApiKeyRow): ApiKeyRecord {
  return {
    id,
    service,
    scopes: scopes.split(' ') as ApiScope[],
    digest,
    createdAtMs: created_at_ms,
  }
}

function secretOf(service: string) {
  return { table: 'webhooks', primaryKey: [service], column: 'secret' }
}
