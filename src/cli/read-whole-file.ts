/** A file, or standard input, as a flag names it. */
import {
  MAX_SMALL_FILE_OCTETS,
  readBoundedFile,
  STANDARD_INPUT,
  whyUnread,
} from '../adapters/files/bounded-file.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'

/**
 * @param file Its name; `-` is standard input.
 * @param maxOctets Default 1 MiB.
 * @throws {ConfigurationInvalid} Naming flag and file, if it cannot be read or is larger.
 */
export function readWholeFile(
  flag: string,
  file: string,
  maxOctets: number = MAX_SMALL_FILE_OCTETS,
): Uint8Array {
  try {
    return readBoundedFile(file === '-' ? STANDARD_INPUT : file, { maxOctets })
  } catch (cause) {
    throw new ConfigurationInvalid(`${flag} ${file}: ${whyUnread(cause)}`, { cause })
  }
}
