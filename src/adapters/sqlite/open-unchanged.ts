/**
 * Looks at a database without leaving a trace in its folder: even a connection that only reads makes
 * side files (-wal, -shm) where there are none, and does not take them away.
 */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** What the header of a database says. */
export interface DatabaseMarks {
  /** Four octets. */
  readonly applicationId: number
  /** Of its schema. */
  readonly form: number
}

/** An opened database. */
export interface UnchangedDatabase {
  /** Reads only. */
  readonly db: Database.Database
  close(): void
}

const LOCK_WAIT_MS = 2000
const OWNER_ONLY = 0o600
/** Of the file format of SQLite, clause 1.3. */
const HEADER_OCTETS = 100
const MAGIC = 'SQLite format 3\0'
const USER_VERSION_AT = 60
const APPLICATION_ID_AT = 68

/**
 * While somebody has the file open, beside them; else a copy in a folder of its own, which is gone
 * afterwards.
 *
 * @throws The error of the file system or of SQLite, with its `code`.
 */
export function openUnchanged(file: string): UnchangedDatabase {
  if (hasLog(file)) {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: LOCK_WAIT_MS })
    return { db, close: () => void db.close() }
  }
  const folder = mkdtempSync(join(tmpdir(), 'cpns-copy-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, 'copy.db')
    copyFileSync(file, copy, constants.COPYFILE_FICLONE)
    chmodSync(copy, OWNER_ONLY)
    const db = new Database(copy, { readonly: true })
    return {
      db,
      close() {
        db.close()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** `undefined` if the file is no database. @throws The error of the file system, with its `code`. */
export function readMarks(file: string): DatabaseMarks | undefined {
  const header = readHeader(file)
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined
  const written = {
    applicationId: header.readUInt32BE(APPLICATION_ID_AT),
    form: header.readUInt32BE(USER_VERSION_AT),
  }
  if (!hasLog(file)) return written
  let opened: UnchangedDatabase | undefined
  try {
    opened = openUnchanged(file)
    const read = (name: string) => opened?.db.pragma(name, { simple: true }) as number
    return { applicationId: read('application_id'), form: read('user_version') }
  } catch {
    // On a full disk, for instance: what the file alone says is enough to know its kind, and who opens it says why.
    return written.applicationId === 0 ? undefined : written
  } finally {
    opened?.close()
  }
}

/** Then the file alone is not the whole: somebody has it open, or was killed. */
function hasLog(file: string): boolean {
  return existsSync(`${file}-wal`)
}

/** Zeros behind the end of a shorter file. */
function readHeader(file: string): Buffer {
  const header = Buffer.alloc(HEADER_OCTETS)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, header, 0, HEADER_OCTETS, 0)
  } finally {
    closeSync(descriptor)
  }
  return header
}
