import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { makeOldFolder, OLD_VERSIONS } from '../../../test/support/old-stores.ts'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import type { Btid } from '../../identity/btid.ts'
import type { Log } from '../../ports/log.ts'
import { checkFolder } from '../doctor/check-folder.ts'
import { openBsfStore } from '../sqlite/bsf-store.ts'
import { openDatabase } from '../sqlite/open-database.ts'
import { SERVER_SCHEMA } from '../sqlite/server-schema.ts'
import { openServerStore } from '../sqlite/server-store.ts'
import { withFolder } from '../sqlite/sqlite.fixture.ts'
import { openDataFolder } from './data-folder.ts'
import { findDatabases, lockFolder } from './folder-databases.ts'
import {
  type MigrationProgress,
  migrateAtStart,
  migrateFolder,
  tryMigrations,
} from './migrate-folder.ts'

const random = createSeededRandom('migrate')

/** Every file with its octets. */
function stateOf(folder: string): Record<string, string> {
  const digest = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')
  return Object.fromEntries(readdirSync(folder).map((name) => [name, digest(name)]))
}

/** What tables, indices and triggers a database has. */
function schemaOf(db: Database.Database): string[] {
  const sql = `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'`
  const texts = db.prepare<[], string>(sql).pluck().all()
  return texts.map((text) => text.replaceAll(/\s+/g, '')).sort()
}

function rowCountsOf(file: string): Record<string, number> {
  const db = new Database(file, { readonly: true })
  const names = db.prepare<[], string>(
    `SELECT name FROM pragma_table_list WHERE name NOT LIKE 'sqlite_%'`,
  )
  const counts = names
    .pluck()
    .all()
    .map((name) => [name, db.prepare(`SELECT count(*) FROM "${name}"`).pluck().get()])
  db.close()
  return Object.fromEntries(counts) as Record<string, number>
}

describe.each(OLD_VERSIONS)('a folder of commit %s', (version) => {
  const old = (use: (folder: string) => Promise<void> | void) =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      makeOldFolder(version, folder)
      await use(folder)
    })

  test('a dry run tells every step, and changes no octet', () =>
    old(async (folder) => {
      const before = stateOf(folder)
      const told: MigrationProgress[] = []
      const stores = await tryMigrations(folder, (progress) => void told.push(progress))
      expect(stateOf(folder)).toEqual(before)
      expect(told.find(({ copy }) => copy?.done === copy?.total)).toBeDefined()
      const dry = told.filter(({ step }) => step !== undefined)
      expect(dry).toEqual(
        stores.flatMap(({ store, steps }) =>
          steps.map(({ brings }, done) => ({ store, step: { done, total: steps.length, brings } })),
        ),
      )
      const server = stores.find(({ store }) => store === 'server.db')
      expect(server?.steps.map(({ form }) => form)).toEqual(
        Array.from({ length: server!.newest - server!.form }, (_, n) => server!.form + n + 1),
      )
      expect(server?.steps.length).toBeGreaterThan(0)
      expect(await tryMigrations(folder)).toEqual(stores)
    }))

  test('it gets the tables of a new one, keeps each row, and its keys open', () =>
    old(async (folder) => {
      const files = findDatabases(folder)
      const before = files.map(({ file }) => rowCountsOf(file))
      const dry = await tryMigrations(folder)
      expect(migrateFolder(folder)).toEqual(dry)
      for (const { file, kind } of files) {
        const [db, fresh] = [openDatabase(file, kind.schema), openDatabase(':memory:', kind.schema)]
        expect(schemaOf(db)).toEqual(schemaOf(fresh))
        expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
        db.close()
        fresh.close()
      }
      expect(files.map(({ file }) => rowCountsOf(file))).toMatchObject(before)
      const findings = await checkFolder({ path: folder }, random)
      expect(findings.filter(({ state }) => state !== 'ok')).toEqual([])
    }))

  test('what was kept is found by the stores of today', () =>
    old(async (path) => {
      migrateFolder(path)
      const folder = await openDataFolder(path, { create: false }, random)
      const server = openServerStore(folder.file('server.db'), folder.sealer)
      for (const { entityId, id } of await server.listEuKeys()) {
        expect((await server.findEuKey(entityId, id))?.euKey.key.length).toBe(32)
      }
      const [{ entityId } = { entityId: '' }] = await server.listEntities()
      await server.close()
      const db = new Database(folder.file('server.db'), { readonly: true })
      const waiting = `SELECT to_recipient, messages, octets FROM mailbox_loads`
      expect(db.prepare(waiting).raw().all()).toEqual([[entityId, 2, 19]])
      const btids = new Database(folder.file('bsf.db'), { readonly: true })
        .prepare<[], string>('SELECT btid FROM bootstraps')
        .pluck()
        .all()
      const bsf = openBsfStore(folder.file('bsf.db'), folder.sealer)
      for (const btid of btids) {
        expect((await bsf.findBootstrappingSession(btid as Btid, 0))?.ks.length).toBe(32)
      }
      expect(btids).toHaveLength(2)
      await bsf.close()
    }))
})

const VERSION = '7ac5dfe'

test('a newer store is refused by both, and nothing is changed', () =>
  withFolder(async (folder) => {
    makeOldFolder(VERSION, folder)
    const db = new Database(join(folder, 'server.db'))
    const newest = SERVER_SCHEMA.migrations.length
    db.pragma(`user_version = ${newest + 1}`)
    db.close()
    const before = stateOf(folder)
    const forms = `form ${newest + 1}, known up to ${newest}`
    const reason = `server.db: written by a newer version of this program (${forms})`
    await expect(tryMigrations(folder)).rejects.toThrow(reason)
    expect(stateOf(folder)).toEqual(before)
    expect(() => migrateFolder(folder)).toThrow(reason)
  }))

test('a damaged store fails in the dry run already', () =>
  withFolder(async (folder) => {
    makeOldFolder(VERSION, folder)
    const image = readFileSync(join(folder, 'server.db'))
    writeFileSync(join(folder, 'server.db'), image.fill(0xff, 4096, 12_288))
    const before = stateOf(folder)
    await expect(tryMigrations(folder)).rejects.toMatchObject({ code: 'store-failed' })
    expect(stateOf(folder)).toEqual(before)
  }))

test('not while the folder is backed up or a key rotates, and not under an entity', () =>
  withFolder(async (folder) => {
    makeOldFolder(VERSION, folder)
    const release = lockFolder(folder)
    expect(() => migrateFolder(folder)).toThrow('is under way')
    release()
    const running = new Database(join(folder, 'server.db'))
    running.prepare('SELECT * FROM entities').all()
    const before = rowCountsOf(join(folder, 'server.db'))
    expect((await tryMigrations(folder)).length).toBeGreaterThan(2)
    expect(() => migrateFolder(folder)).toThrow('another process uses it')
    running.close()
    expect(rowCountsOf(join(folder, 'server.db'))).toEqual(before)
    migrateFolder(folder)
  }))

test('an entity that starts tells the log, once, and does not mind a database of others', () =>
  withFolder((folder) => {
    makeOldFolder(VERSION, folder)
    new Database(join(folder, 'other.db')).exec('CREATE TABLE a (x)').close()
    const told: unknown[] = []
    const note = (event: string, fields?: object) => void told.push({ event, ...fields })
    const log: Log = { info: note, warn: note, error: note }
    migrateAtStart(folder, log)
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'store-migrated', store: 'server.db', formerForm: 1 }),
    )
    const count = told.length
    migrateAtStart(folder, log)
    expect(told).toHaveLength(count)
    expect(() => migrateFolder(folder)).toThrow('no database of a kind that this program knows')
  }))
