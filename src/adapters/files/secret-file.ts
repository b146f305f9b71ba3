/** Small files that hold a secret: readable by their owner alone, made once, never half-written. K-5 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { fromUtf8, toHex } from '../../octets/octets.ts'
import type { Random } from '../../ports/random.ts'
import { makeFolder } from './make-folder.ts'

/** Which file, and what a person calls it. */
export interface SecretFile {
  readonly path: string
  /** For errors, for instance `master key file`. */
  readonly name: string
}

const MAX_TEXT_LENGTH = 4_096
const DRAFT_LENGTH = 8

/**
 * The text of the file, at most 4096 octets.
 *
 * @throws {ConfigurationInvalid} If it is not there, or others than its owner may use it; the message
 *   names the file, never what it holds.
 */
export function readSecretFile({ path, name }: SecretFile): string {
  try {
    const file = openSync(path, 'r')
    try {
      if ((fstatSync(file).mode & 0o077) !== 0) {
        throw new ConfigurationInvalid(
          `${name} ${path}: others than its owner may use it; run chmod 600 on it`,
        )
      }
      const octets = new Uint8Array(MAX_TEXT_LENGTH)
      return fromUtf8(octets.subarray(0, readSync(file, octets)))
    } finally {
      closeSync(file)
    }
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
  const draft = `${path}.${toHex(random.octets(DRAFT_LENGTH))}.new`
  try {
    makeFolder(dirname(path))
    const file = openSync(draft, 'wx', 0o600)
    writeSync(file, `${text}\n`)
    fsyncSync(file)
    closeSync(file)
    publishDraft(draft, path)
  } catch (error) {
    throw fileError(error, { path, name })
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
  if (error instanceof ConfigurationInvalid) return error
  const code = (error as NodeJS.ErrnoException).code ?? 'not text'
  const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be used (${code})`
  return new ConfigurationInvalid(`${name} ${path}: ${reason}`)
}
