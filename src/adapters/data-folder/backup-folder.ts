/**
 * Copies of a data folder, made while its entities run: each database by SQLite's online backup, every other
 * file as it is. Keys in databases stay sealed; the master key is not in a copy. K-5, Design 9
 */
import { copyFileSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { dirname, extname, join, relative } from 'node:path'
import Database from 'better-sqlite3'
import { ConfigurationInvalid, StoreFailed } from '../../errors/errors.ts'
import { makeFolder } from '../files/make-folder.ts'
import { MASTER_KEY_FILE } from './data-folder.ts'
import { LOCK_FILE } from './folder-databases.ts'

/** What was copied. */
export interface CopiedFolder {
  /** Paths in the folder, sorted. */
  readonly files: readonly string[]
}

/** How many octets of how many are copied. */
export type CopyProgress = (done: number, total: number) => void

/** SQLite copies so many between two turns of the event loop. */
const PAGES_AT_ONCE = 1000
const DATABASE = '.db'
/** The lock is of this folder alone, and a draft may hold a master key. */
const LEFT_OUT = new RegExp(`^(?:${MASTER_KEY_FILE}|${LOCK_FILE})|\\.new$`)
const SIDE_FILES = /\.db-(?:wal|shm|journal)$/
const OWNER_ONLY = 0o600

/**
 * @param to Must not be there, or be empty; made with mode 0700.
 * @throws {ConfigurationInvalid} If a folder cannot be used.
 * @throws {StoreFailed} If a database cannot be copied, or its copy is damaged.
 */
export async function copyDataFolder(
  from: string,
  to: string,
  progress: CopyProgress = () => {},
): Promise<CopiedFolder> {
  const files = filesOf(from)
  makeTarget(to)
  const sizes = files.map((file) => statSync(join(from, file)).size)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  let before = 0
  for (const [index, file] of files.entries()) {
    const size = sizes[index] ?? 0
    try {
      makeFolder(dirname(join(to, file)))
      await copyFile(join(from, file), join(to, file), (share) =>
        progress(before + share * size, total),
      )
      before += size
      progress(before, total)
    } catch (cause) {
      const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
      throw new StoreFailed(`${file}: it cannot be copied (${code})`, { cause })
    }
  }
  return { files }
}

/** Also where there is nothing to copy: an empty folder is one. */
function makeTarget(to: string): void {
  let names: readonly string[]
  try {
    makeFolder(to)
    names = readdirSync(to)
  } catch (cause) {
    const { code = 'unknown cause', path } = cause as NodeJS.ErrnoException
    const reason =
      code === 'EEXIST' && path === to ? 'is a file, not a folder' : `it cannot be used (${code})`
    throw new ConfigurationInvalid(`${to}: ${reason}`, { cause })
  }
  if (names.length > 0) {
    throw new ConfigurationInvalid(`${to}: is not empty; nothing is overwritten`)
  }
}

/** Links are not followed: they lead out of the folder. */
function filesOf(folder: string): string[] {
  if (!(statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    throw new ConfigurationInvalid(`${folder}: there is no such folder`)
  }
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => relative(folder, join(folder, name)))
    .filter((name) => lstatSync(join(folder, name)).isFile())
    .filter((name) => !LEFT_OUT.test(name) && !SIDE_FILES.test(name))
    .toSorted()
}

/** @param progress Gets the share that is copied. */
async function copyFile(
  from: string,
  to: string,
  progress: (share: number) => void,
): Promise<void> {
  if (extname(from) !== DATABASE) copyFileSync(from, to)
  else await copyDatabase(from, to, progress)
  await chmod(to, OWNER_ONLY)
}

/** A state between two commits, whoever writes meanwhile; the copy is looked through before it counts. */
async function copyDatabase(
  from: string,
  to: string,
  progress: (share: number) => void,
): Promise<void> {
  const source = new Database(from, { readonly: true, fileMustExist: true })
  try {
    await source.backup(to, {
      progress({ totalPages, remainingPages }) {
        if (totalPages > 0) progress(1 - remainingPages / totalPages)
        return PAGES_AT_ONCE
      },
    })
  } finally {
    source.close()
  }
  const copy = new Database(to)
  try {
    // One file, whatever the source was: no side files that could be forgotten.
    copy.pragma('journal_mode = DELETE')
    const found = copy.pragma('integrity_check', { simple: true })
    if (found !== 'ok') throw Object.assign(new Error('damaged'), { code: 'damaged' })
  } finally {
    copy.close()
  }
}
