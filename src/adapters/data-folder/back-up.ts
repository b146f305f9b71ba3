/**
 * Backup of a data folder in use, and its way back. K-5, Design 9, 10
 *
 * A restored state is behind the world: whatever is safe only while time goes forward is moved on or
 * dropped. SEQ ceilings rise, sessions end, and the sealing keys of open exchanges go.
 */
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { masterKeyId } from '../../crypto/record-sealer.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import { loadMasterKeys, replaceMasterKeys } from '../keys/master-key.ts'
import { openDatabase } from '../sqlite/open-database.ts'
import { type CopyProgress, copyDataFolder } from './backup-folder.ts'
import { MANIFEST_FILE, verifyBackup, writeManifest } from './backup-manifest.ts'
import { MASTER_KEY_FILE } from './data-folder.ts'
import { findDatabases, lockFolder } from './folder-databases.ts'
import { readMasterKeyIds } from './rotate-master-key.ts'

/** What was written. */
export interface BackupOutcome {
  /** Without the manifest. */
  readonly files: readonly string[]
  /** `undefined` where the master key is not in the folder. */
  readonly masterKeyId: string | undefined
}

interface CopyPorts {
  readonly random: Random
  readonly progress?: CopyProgress
}

/** Highest SEQ beside 5 bits of IND. TS 33.102 C.1.1.1 */
const MAX_SEQ = 2n ** 43n - 1n

/**
 * @param options.withMasterKey Puts the master key in: whoever finds the backup opens every key.
 * @throws {ConfigurationInvalid} If a folder cannot be used, or a rotation is unfinished.
 * @throws {StoreFailed} If a file cannot be copied, or a copy is damaged.
 */
export async function backUpDataFolder(
  folders: { readonly data: string; readonly backup: string },
  options: { readonly withMasterKey: boolean },
  { clock, random, progress }: CopyPorts & { readonly clock: Clock },
): Promise<BackupOutcome> {
  const { data, backup } = folders
  findDatabases(data)
  const release = lockFolder(data)
  try {
    const keyId = await settledKeyId(data, random)
    if (options.withMasterKey && keyId === undefined) {
      throw new ConfigurationInvalid(`${data}: there is no ${MASTER_KEY_FILE} to put in`)
    }
    const copied = [...(await copyDataFolder(data, backup, progress)).files]
    if (options.withMasterKey) {
      copyFileSync(join(data, MASTER_KEY_FILE), join(backup, MASTER_KEY_FILE))
      copied.push(MASTER_KEY_FILE)
    }
    const createdAt = new Date(clock.nowMs()).toISOString()
    writeManifest(backup, copied, { createdAt, ...(keyId && { masterKeyId: keyId }) })
    return { files: copied, masterKeyId: keyId }
  } finally {
    release()
  }
}

/**
 * @param options.keyFile Holds the master key, where the backup does not; put into the folder.
 * @param options.sqnMargin SEQ values that each subscriber's ceiling is raised by: more than an HSS can
 *   have leased for one subscriber since the backup.
 * @throws {ConfigurationInvalid} If the backup is not whole, the folder not empty, or the master key
 *   another one than the backup was sealed under. Nothing is left behind then.
 * @throws {StoreFailed} If a file cannot be copied, or a copy is damaged.
 */
export async function restoreDataFolder(
  folders: { readonly data: string; readonly backup: string },
  options: { readonly keyFile?: string; readonly sqnMargin: number },
  { random, progress }: CopyPorts,
): Promise<BackupOutcome> {
  const { data, backup } = folders
  assertVacant(data)
  const manifest = verifyBackup(backup)
  const own = join(backup, MASTER_KEY_FILE)
  const keyFile = options.keyFile ?? (existsSync(own) ? own : undefined)
  const keys = keyFile && (await loadMasterKeys({ kind: 'file', path: keyFile }, random))
  if (keys && manifest.masterKeyId && masterKeyId(keys.current) !== manifest.masterKeyId) {
    throw new ConfigurationInvalid(
      `${keyFile}: it is master key ${masterKeyId(keys.current)}, ` +
        `the backup is sealed under ${manifest.masterKeyId}`,
    )
  }
  const draft = `${data}.restoring`
  rmSync(draft, { recursive: true, force: true })
  try {
    const copied = await copyDataFolder(backup, draft, progress)
    rmSync(join(draft, MANIFEST_FILE))
    const files = copied.files.filter((name) => name !== MANIFEST_FILE)
    if (keys) replaceMasterKeys(join(draft, MASTER_KEY_FILE), keys, random)
    moveOn(draft, options.sqnMargin)
    renameSync(draft, data)
    const all = keys ? [...files, MASTER_KEY_FILE] : files
    return { files: all, masterKeyId: manifest.masterKeyId }
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** @throws {ConfigurationInvalid} If something is there already that a restored folder would replace. */
function assertVacant(data: string): void {
  const found = statSync(data, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isDirectory()) throw new ConfigurationInvalid(`${data}: is a file, not a folder`)
  if (readdirSync(data).length > 0) {
    throw new ConfigurationInvalid(`${data}: is not empty; nothing is overwritten`)
  }
}

/** Id of the folder's master key, if that is in the folder and no other one opens beside it. */
async function settledKeyId(folder: string, random: Random): Promise<string | undefined> {
  if (!existsSync(join(folder, MASTER_KEY_FILE))) return undefined
  const { keyId, formerKeyIds } = await readMasterKeyIds({ folder }, random)
  if (formerKeyIds.length === 0) return keyId
  throw new ConfigurationInvalid(
    `data folder ${folder}: a rotation is unfinished; run cpns key rotate first`,
  )
}

/** By kind of store. Sealing keys seal what lives a minute; sessions are made anew. K-6, M-4 */
const MOVE_ON: Readonly<Record<string, string>> = {
  BSF: 'DELETE FROM sealing_keys',
  'CPNS Server': `DELETE FROM sealing_keys; DELETE FROM sessions; DELETE FROM attachments`,
}

function moveOn(folder: string, sqnMargin: number): void {
  for (const { file, kind } of findDatabases(folder)) {
    const db = openDatabase(file, kind.schema)
    try {
      const statements = MOVE_ON[kind.schema.name]
      if (statements !== undefined) db.exec(statements)
      if (kind.schema.name !== 'HSS') continue
      db.prepare(
        `UPDATE subscribers SET seq_ceiling = min(seq_ceiling + ?, ?),
           lease_epoch = lease_epoch + 1, lease_owner = NULL`,
      ).run(BigInt(sqnMargin), MAX_SEQ)
    } finally {
      db.close()
    }
  }
}
