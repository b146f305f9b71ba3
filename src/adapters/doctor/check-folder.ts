/** A data folder looked at from outside: permissions, master key, databases. K-5; Design 9 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { createRecordSealer, type RecordSealer } from '../../crypto/record-sealer.ts'
import { CpnsError } from '../../errors/errors.ts'
import type { Random } from '../../ports/random.ts'
import { MASTER_KEY_FILE } from '../data-folder/data-folder.ts'
import { type FolderDatabase, findDatabases } from '../data-folder/folder-databases.ts'
import { loadMasterKeys, type MasterKeySource } from '../keys/master-key.ts'
import { openUnchanged, type UnchangedDatabase } from '../sqlite/open-unchanged.ts'
import { openColumn } from '../sqlite/sealed-column.ts'
import type { SealedTable } from '../sqlite/sealed-columns.ts'
import type { Finding } from './finding.ts'

const SECRET_FILE = /^(master\.key|.*\.token|key\.pem|.*\.db|usim\.json(\.state)?)$/

/**
 * Changes nothing in it, and leaves no side files of databases behind.
 *
 * @param source Of the master key; default `master.key` in the folder.
 */
export async function checkFolder(
  { path, masterKey }: { readonly path: string; readonly masterKey?: MasterKeySource },
  random: Random,
): Promise<readonly Finding[]> {
  const what = `data folder ${path}`
  if (!existsSync(path)) {
    const advice = 'the first start makes it; if there should be one, look at --data'
    return [{ what, state: 'warning', found: 'it is not there', advice }]
  }
  try {
    const databases = findDatabases(path)
    const files = readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && SECRET_FILE.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
    const key = await masterKeyOf({ path, ...(masterKey && { masterKey }) }, random)
    const stores = databases.map((database) => checkDatabase(database, key.sealer))
    return [...files.map(checkPermissions), ...key.findings, ...stores]
  } catch (error) {
    return [problemOf(what, error, 'give the entity a folder that it may read and write')]
  }
}

/** Whether a file with a secret is its owner's alone. */
export function checkPermissions(file: string): Finding {
  const what = `file ${file}`
  try {
    const mode = (statSync(file).mode & 0o777).toString(8).padStart(3, '0')
    if (mode.endsWith('00')) return { what, state: 'ok', found: `mode ${mode}` }
    const advice = `chmod 600 ${file}`
    return { what, state: 'problem', found: `mode ${mode}: others may use it`, advice }
  } catch (error) {
    return problemOf(what, error, 'name a file that is there, and that the entity may read')
  }
}

/** What stopped a check, as a finding. */
export function problemOf(what: string, error: unknown, advice: string): Finding {
  const { code = 'unknown cause' } = error as NodeJS.ErrnoException
  const found = error instanceof CpnsError ? error.message : `it cannot be used (${code})`
  return { what, state: 'problem', found, advice }
}

async function masterKeyOf(
  { path, masterKey }: { readonly path: string; readonly masterKey?: MasterKeySource },
  random: Random,
): Promise<{ readonly sealer?: RecordSealer; readonly findings: readonly Finding[] }> {
  const what = 'master key'
  const file = join(path, MASTER_KEY_FILE)
  if (masterKey === undefined && !existsSync(file) && findDatabases(path).length === 0) {
    const found = 'there is none yet, and nothing is sealed'
    return { findings: [{ what, state: 'ok', found }] }
  }
  try {
    const keys = await loadMasterKeys(masterKey ?? { kind: 'file', path: file }, random)
    const sealer = createRecordSealer(() => keys, random)
    return { sealer, findings: [{ what, state: 'ok', found: `id ${sealer.keyId}` }] }
  } catch (error) {
    return {
      findings: [
        problemOf(what, error, 'put the key that the stores were made with there, mode 600'),
      ],
    }
  }
}

function checkDatabase(
  { name, file, kind }: FolderDatabase,
  sealer: RecordSealer | undefined,
): Finding {
  const what = `store ${name}`
  let opened: UnchangedDatabase | undefined
  try {
    opened = openUnchanged(file)
    const { db } = opened
    const [first] = db.pragma('quick_check(1)') as { quick_check: string }[]
    if (first?.quick_check !== 'ok') {
      const advice = 'stop the entity and use cpns restore with a backup'
      return { what, state: 'problem', found: 'it is damaged', advice }
    }
    const form = db.pragma('user_version', { simple: true }) as number
    const newest = kind.schema.migrations.length
    if (form > newest) {
      const found = `form ${form}, known up to ${newest}`
      return {
        what,
        state: 'problem',
        found,
        advice: 'use the version that wrote it, or a newer one',
      }
    }
    if (form < newest) {
      const advice = 'make a backup; then cpns migrate, or the next start, brings it forward'
      return { what, state: 'warning', found: `form ${form} of ${newest}`, advice }
    }
    if (sealer !== undefined) for (const table of kind.sealed) openOne(db, table, sealer)
    return { what, state: 'ok', found: `whole, form ${form}, its keys open` }
  } catch (error) {
    return problemOf(what, error, 'use the master key it was made with, or cpns restore')
  } finally {
    opened?.close()
  }
}

/** @throws {StoreFailed} If a sealed value does not open. */
function openOne(db: Database.Database, table: SealedTable, sealer: RecordSealer): void {
  const names = [...table.primaryKey, ...table.columns].join(', ')
  const row = db.prepare<[], Record<string, string>>(`SELECT ${names} FROM ${table.table} LIMIT 1`)
  const values = row.get()
  if (values === undefined) return
  const primaryKey = table.primaryKey.map((name) => String(values[name]))
  for (const column of table.columns) {
    const sealed = values[column] as unknown
    if (sealed instanceof Uint8Array) {
      openColumn(sealer, { table: table.table, primaryKey, column }, sealed)
    }
  }
}
