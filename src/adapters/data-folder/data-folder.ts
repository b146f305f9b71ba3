/**
 * A folder with the durable state of one or more roles: one database a role, and the master key that
 * their keys are sealed under. K-5, Design 9
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createRecordSealer, type RecordSealer } from '../../crypto/record-sealer.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import type { Random } from '../../ports/random.ts'
import { makeFolder } from '../files/make-folder.ts'
import { followMasterKeyFile, loadMasterKeys, type MasterKeySource } from '../keys/master-key.ts'
import { assertMasterKey } from './assert-master-key.ts'
import { findKnownDatabases } from './folder-databases.ts'

/** An opened folder. */
export interface DataFolder {
  readonly path: string
  /** Path of a file in it. */
  file(name: string): string
  /** Seals and opens the keys in its databases. */
  readonly sealer: RecordSealer
}

/** The master key, in a folder that has its own. */
export const MASTER_KEY_FILE = 'master.key'

/**
 * @param options.create Makes folder (mode 0700) and master key (mode 0600) where they are missing.
 * @param options.masterKey Where the master key is; default `master.key` in the folder.
 * @throws {ConfigurationInvalid} If the folder cannot be used, or its databases are sealed under another master key;
 *   the message names it and says why.
 */
export async function openDataFolder(
  path: string,
  options: { readonly create: boolean; readonly masterKey?: MasterKeySource },
  random: Random,
): Promise<DataFolder> {
  if (options.create) makeDataFolder(path)
  if (!isFolder(path)) {
    throw new ConfigurationInvalid(`data folder ${path}: there is no such folder`)
  }
  const source = options.masterKey ?? {
    kind: 'file',
    path: join(path, MASTER_KEY_FILE),
    create: options.create,
  }
  if (options.masterKey === undefined) assertKeyIsThere(path)
  const masterKeys = await loadMasterKeys(source, random)
  const keysNow =
    source.kind === 'file' ? followMasterKeyFile(source.path, masterKeys) : () => masterKeys
  assertMasterKey(path, keysNow)
  return {
    path,
    file: (name) => join(path, name),
    sealer: createRecordSealer(keysNow, random),
  }
}

/** Name of a database that has a form already, so that it may be sealed under a key that was there. */
function sealedIn(path: string): string | undefined {
  return findKnownDatabases(path).find(({ kind }) => kind.sealed.length > 0)?.name
}

/** A fresh key beside databases would open nothing in them. */
function assertKeyIsThere(path: string): void {
  if (existsSync(join(path, MASTER_KEY_FILE))) return
  const sealed = sealedIn(path)
  if (sealed === undefined) return
  throw new ConfigurationInvalid(
    `data folder ${path}: there is no ${MASTER_KEY_FILE}, and ${sealed} is sealed under one: ` +
      'put it back, or say where it is with --master-key',
  )
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  } catch (cause) {
    throw unusable(path, 'it cannot be used', cause)
  }
}

function makeDataFolder(path: string): void {
  try {
    makeFolder(path)
  } catch (cause) {
    const { code, path: at } = cause as NodeJS.ErrnoException
    const isFile = code === 'EEXIST' && at === path
    throw unusable(path, isFile ? 'it is a file, not a folder' : 'it cannot be made', cause)
  }
}

function unusable(path: string, what: string, cause: unknown): ConfigurationInvalid {
  const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
  return new ConfigurationInvalid(`data folder ${path}: ${what} (${code})`, { cause })
}
