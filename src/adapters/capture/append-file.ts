/** A file that grows while a program runs, and never stops it: traces, captures, key logs. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { ConfigurationInvalid } from '../../errors/errors.ts'

/** A file that is being written. */
export interface GrowingFile {
  /** Written before it returns. After a failure, a full disk for instance, nothing more is. */
  append(octets: Uint8Array | string): void
  /** Safe to call twice. */
  close(): void
}

/**
 * A new file, or one that is emptied; only its owner can read it.
 *
 * @param onFailed Told once, with the reason.
 * @throws {ConfigurationInvalid} If it cannot be made.
 */
export function createGrowingFile(path: string, onFailed: (reason: string) => void): GrowingFile {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'w', 0o600)
  } catch (cause) {
    throw new ConfigurationInvalid(`${path}: it cannot be written (${codeOf(cause)})`, { cause })
  }
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor)
    descriptor = undefined
  }
  return {
    append(octets) {
      if (descriptor === undefined) return
      try {
        writeWhole(descriptor, typeof octets === 'string' ? Buffer.from(octets) : octets)
      } catch (error) {
        close()
        onFailed(codeOf(error))
      }
    },
    close,
  }
}

function writeWhole(descriptor: number, octets: Uint8Array): void {
  for (let at = 0; at < octets.length; ) at += writeSync(descriptor, octets, at)
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown cause'
}
