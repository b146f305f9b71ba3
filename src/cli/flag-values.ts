/** Values of flags that are more than text. What is wrong names the flag, never its value. */
import { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid, InvalidMessage } from '../errors/errors.ts'
import { fromHex } from '../octets/octets.ts'

/** A flag that is no valid value is a usage error, not a peer's fault. @throws {ConfigurationInvalid} */
export function readFlag<T>(flag: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof InvalidMessage) throw new ConfigurationInvalid(`${flag}: ${error.reason}`)
    throw error
  }
}

/**
 * Octets in hex; `undefined` without the flag.
 *
 * @param lengths How many octets it may have.
 * @throws {ConfigurationInvalid} If it is no hex, or of another length.
 */
export function readOctets(
  flag: string,
  hex: string | undefined,
  lengths: readonly number[],
): Uint8Array | undefined {
  if (hex === undefined) return undefined
  const octets = readFlag(flag, () => fromHex(hex))
  if (lengths.includes(octets.length)) return octets
  const digits = lengths.map((length) => length * 2).join(' or ')
  throw new ConfigurationInvalid(`${flag}: not ${digits} hex digits`)
}

/** As `readOctets`, a key. @throws {ConfigurationInvalid} */
export function readKey(
  flag: string,
  hex: string | undefined,
  lengths: readonly number[],
): Secret | undefined {
  const octets = readOctets(flag, hex, lengths)
  return octets && Secret.of(octets)
}
