/** The databases of a data folder, and the lock that whoever works on all of them holds. Design 9, K-5 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { readMarks } from '../sqlite/open-unchanged.ts'
import { STORE_KINDS, type StoreKind } from '../sqlite/sealed-columns.ts'

/** One database. */
export interface FolderDatabase {
  /** For instance `hss.db`. */
  readonly name: string
  readonly file: string
  readonly kind: StoreKind
}

const ENDING = '.db'
/** Held by rotation, backup and migration; of no use in another folder. */
export const LOCK_FILE = 'maintenance.lock'

/**
 * Every database of the folder in order of name; one that nobody has used yet is left out.
 *
 * @throws {ConfigurationInvalid} If there is no such folder, or one is of no kind that is known.
 */
export function findDatabases(folder: string): FolderDatabase[] {
  return filesIn(folder).map(({ file, kind, failure, ...rest }) => {
    if (kind !== undefined) return { ...rest, file, kind }
    if (failure !== undefined)
      throw new ConfigurationInvalid(`${file}: it cannot be read (${failure})`)
    throw new ConfigurationInvalid(`${file}: it is no database of a kind that this program knows`)
  })
}

/** As `findDatabases`, without those of other programs. */
export function findKnownDatabases(folder: string): FolderDatabase[] {
  return filesIn(folder).flatMap(({ name, file, kind }) => (kind ? [{ name, file, kind }] : []))
}

/**
 * The lock of the folder for rotation, backup and migration: the operating system lets it go when its
 * process ends, however that is. Entities do not take it.
 *
 * @returns What lets it go.
 * @throws {ConfigurationInvalid} If another process holds it.
 */
export function lockFolder(folder: string): () => void {
  let db: Database.Database | undefined
  try {
    db = new Database(join(folder, LOCK_FILE), { timeout: 0 })
    db.exec('BEGIN EXCLUSIVE')
    const held = db
    return () => held.close()
  } catch (cause) {
    db?.close()
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown cause'
    const reason =
      code === 'SQLITE_BUSY'
        ? 'a rotation, backup or migration is under way'
        : `it cannot be locked (${code})`
    throw new ConfigurationInvalid(`data folder ${folder}: ${reason}`, { cause })
  }
}

interface FoundFile {
  readonly name: string
  readonly file: string
  readonly kind?: StoreKind | undefined
  /** Code of what stopped the look at it. */
  readonly failure?: string
}

function filesIn(folder: string): readonly FoundFile[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ConfigurationInvalid(`data folder ${folder}: there is no such folder`)
  }
  return namesIn(folder)
    .filter((name) => name.endsWith(ENDING))
    .sort()
    .map((name) => ({ name, file: join(folder, name) }))
    .filter(({ file }) => statSync(file).size > 0)
    .map((found) => ({ ...found, ...kindOf(found.file) }))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new ConfigurationInvalid(`data folder ${folder}: it cannot be read (${code})`, { cause })
  }
}

/** The kind of store in a file, by its mark. */
function kindOf(file: string): Pick<FoundFile, 'kind' | 'failure'> {
  try {
    const mark = readMarks(file)?.applicationId
    return { kind: STORE_KINDS.find(({ schema }) => schema.applicationId === mark) }
  } catch (error) {
    return { failure: (error as NodeJS.ErrnoException).code ?? 'unknown cause' }
  }
}
