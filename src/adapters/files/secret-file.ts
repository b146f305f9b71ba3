/** Small files that hold a secret: readable by their owner alone, made once, never half-written. K-5 */
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { fromUtf8, toHex } from '../../octets/octets.ts'
import type { Random } from '../../ports/random.ts'
import { readBoundedFile } from './bounded-file.ts'
import { makeFolder } from './make-folder.ts'

/** Which file, and what a person calls it. */
export interface SecretFile {
  readonly path: string
  /** For errors, for instance `master key file`. */
  readonly name: string
}

const MAX_TEXT_LENGTH = 4_096
const DRAFT_LENGTH = 8
const DRAFT_ENDING = '.new'

/**
 * The text of the file, at most 4096 octets.
 *
 * @throws {ConfigurationInvalid} If it is not there, is larger, or others than its owner may use it; the message names
 *   the file, never what it holds.
 */
export function readSecretFile({ path, name }: SecretFile): string {
  try {
    return fromUtf8(
      readBoundedFile(path, {
        maxOctets: MAX_TEXT_LENGTH,
        check({ mode }) {
          if ((mode & 0o077) === 0) return
          throw new ConfigurationInvalid('others than its owner may use it; run chmod 600 on it')
        },
      }),
    )
  } catch (error) {
    throw fileError(error, { path, name })
  }
}

/**
 * Makes the file, mode 0600, and leaves one that is there as it is. The text is written under another
 * name first, so that nobody ever reads half of it, and two processes that start at once agree.
 *
 * @param text What it is to hold, without the end of the line.
 * @throws {ConfigurationInvalid} If it cannot be made.
 */
export function makeSecretFile({ path, name }: SecretFile, text: string, random: Random): void {
  try {
    // An entity starts where nothing can be written, on a full disk for instance, as far as it goes.
    if (existsSync(path)) return
    makeFolder(dirname(path))
    publishDraft(writeDraft(path, text, random), path)
  } catch (error) {
    throw fileError(error, { path, name })
  }
}

/**
 * Puts another text in place of that of the file, mode 0600: a reader, and a kill at any moment, finds
 * one or the other. Drafts that killed processes left are erased; two at once are the caller's to avoid.
 *
 * @throws {ConfigurationInvalid} If that cannot be.
 */
export function replaceSecretFile({ path, name }: SecretFile, text: string, random: Random): void {
  try {
    removeDrafts(path)
    const draft = writeDraft(path, text, random)
    try {
      keepOwner(path, draft)
      renameSync(draft, path)
    } catch (error) {
      rmSync(draft, { force: true })
      throw error
    }
    syncFolder(dirname(path))
  } catch (error) {
    throw fileError(error, { path, name })
  }
}

function writeDraft(path: string, text: string, random: Random): string {
  const draft = `${path}.${toHex(random.octets(DRAFT_LENGTH))}${DRAFT_ENDING}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, `${text}\n`)
    fsyncSync(file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  return draft
}

/** An administrator who may do all would take the file away from the user whose entity reads it. */
function keepOwner(path: string, draft: string): void {
  const [former, own] = [statSync(path, { throwIfNoEntry: false }), statSync(draft)]
  if (former === undefined || (former.uid === own.uid && former.gid === own.gid)) return
  chownSync(draft, former.uid, former.gid)
}

function removeDrafts(path: string): void {
  const start = `${basename(path)}.`
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(start) && name.endsWith(DRAFT_ENDING)) {
      rmSync(join(dirname(path), name), { force: true })
    }
  }
}

function publishDraft(draft: string, path: string): void {
  try {
    linkSync(draft, path)
    syncFolder(dirname(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
}

/** A new name is durable only once its folder is. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function fileError(error: unknown, { path, name }: SecretFile): ConfigurationInvalid {
  if (error instanceof ConfigurationInvalid) {
    return new ConfigurationInvalid(`${name} ${path}: ${error.message}`)
  }
  const code = (error as NodeJS.ErrnoException).code ?? 'not text'
  const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be used (${code})`
  return new ConfigurationInvalid(`${name} ${path}: ${reason}`)
}
