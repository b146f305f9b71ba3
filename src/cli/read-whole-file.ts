/** A file, or standard input, as a flag names it. */
import { readFileSync } from 'node:fs'
import { ConfigurationInvalid } from '../errors/errors.ts'

/** @param file Its name; `-` is standard input. @throws {ConfigurationInvalid} Naming flag and file. */
export function readWholeFile(flag: string, file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file === '-' ? 0 : file))
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new ConfigurationInvalid(`${flag} ${file}: cannot be read (${code})`, { cause })
  }
}
