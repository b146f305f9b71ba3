/** A password from a hidden question, a file or standard input; never from the command line. CR 7.4.3.1 */
import { askHidden } from '../adapters/terminal/ask-hidden.ts'
import { parsePassword } from '../cpns/password-keys.ts'
import type { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { fromUtf8 } from '../octets/octets.ts'
import { readFlag } from './flag-values.ts'
import { readWholeFile } from './read-whole-file.ts'

const FLAG = '--password-file'

/**
 * The password as octets.
 *
 * @param from.file Its name, `-` for standard input; one line end at its end is not part of the password.
 * @param from.isNew A new one is asked for twice.
 * @throws {ConfigurationInvalid} If there is none, or it cannot be one; the message holds nothing of it.
 */
export async function readPassword(from: {
  readonly file?: string | undefined
  readonly isNew: boolean
}): Promise<Secret> {
  const { file, isNew } = from
  if (file !== undefined) {
    const octets = readWholeFile(FLAG, file)
    return readFlag(FLAG, () => parsePassword(fromUtf8(octets).replace(/\r?\n$/, '')))
  }
  const typed = await askHidden('password: ')
  if (isNew && (await askHidden('once more: ')) !== typed) {
    throw new ConfigurationInvalid('the two passwords differ')
  }
  return readFlag('password', () => parsePassword(typed))
}
