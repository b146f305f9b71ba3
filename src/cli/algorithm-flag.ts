/** `--algorithm`: the algorithms of the handshake that an entity accepts or offers, best first. M-2 */
import { Option } from 'commander'
import { ALGORITHMS, type Algorithm } from '../cpns/algorithms.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { wordList } from './config-file.ts'

/** Profile cpns-1.0 is off unless it is asked for. M-2 */
export const DEFAULT_ALGORITHMS: readonly Algorithm[] = ['HMAC-SHA-256']

/** The flag; it may come several times. @param description What is done with them. */
export function algorithmOption(description: string): Option {
  return new Option('--algorithm <name>', description).argParser(wordList)
}

/** @throws {ConfigurationInvalid} If one is not known, or comes twice. */
export function algorithmsOf(words: readonly string[] | undefined): readonly Algorithm[] {
  if (words === undefined) return DEFAULT_ALGORITHMS
  const known = ALGORITHMS.filter((name) => words.includes(name))
  if (known.length !== words.length || words.length === 0) {
    throw new ConfigurationInvalid(`--algorithm: not one of ${ALGORITHMS.join(', ')}, each once`)
  }
  return words as readonly Algorithm[]
}
