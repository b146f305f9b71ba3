/** `--pin` and `--ca`: how a server is known. Design 7, "Trust" */
import type { Trust } from '../adapters/tls/trust.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { fromUtf8 } from '../octets/octets.ts'
import { readFlag } from './flag-values.ts'
import { readWholeFile } from './read-whole-file.ts'

/** The flags as they come from the command line; not both. */
export interface TrustFlags {
  readonly pin?: string
  readonly ca?: string
}

/**
 * Without either the authorities of the system.
 *
 * @param of What stands before the names of the flags, for instance `bsf-`.
 * @throws {ConfigurationInvalid} Naming the flag.
 */
export function trustOf({ pin, ca }: TrustFlags, of = ''): Trust {
  if (pin !== undefined) return pinnedTrust(`--${of}pin`, pin)
  if (ca === undefined) return { kind: 'system' }
  const flag = `--${of}ca`
  return { kind: 'ca', pem: readFlag(flag, () => fromUtf8(readWholeFile(flag, ca))) }
}

/** Only the holder of one key. @throws {ConfigurationInvalid} Naming the flag. */
export function pinnedTrust(flag: string, pin: string): Trust {
  if (!/^[0-9a-fA-F]{64}$/.test(pin)) throw new ConfigurationInvalid(`${flag}: not 64 hex digits`)
  return { kind: 'pin', sha256: pin.toLowerCase() }
}
