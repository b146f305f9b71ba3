/**
 * From a CPNS User's password to the keys of the assignment exchange. M-5, CR 7.4.3.1: the server keeps
 * salt, cost, authKey and wrapBase, never the password.
 */
import { hkdf } from '../crypto/hkdf.ts'
import { deriveScryptKey } from '../crypto/scrypt.ts'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import type { KdfParameters } from './exchange-state.ts'

/** What a password is worth: whoever has these needs no password. K-5 */
export interface PasswordKeys {
  /** Key of both HASHes, 32 octets. */
  readonly authKey: Secret
  /** What the keys that wrap EUKeys are derived from, 32 octets. */
  readonly wrapBase: Secret
}

/** Cost of scrypt. */
export type ScryptCost = Pick<KdfParameters, 'n' | 'r' | 'p'>

/** Cost of a new password's key. M-5 */
export const DEFAULT_COST: ScryptCost = { n: 32_768, r: 8, p: 1 }
/** Octets of `Salt`. M-5 */
export const SALT_LENGTH = 16
/** Longest password in characters; our choice, far above what people type. */
export const MAX_PASSWORD_CHARACTERS = 256

const KEY_LENGTH = 32
const NO_SALT = new Uint8Array(0)
/** Control characters, and halves of surrogate pairs: none of them is what somebody typed. */
const FORBIDDEN = /[\p{Cc}\p{Cs}]/u
/** What a client accepts: below it guessing is cheap, above it the server could exhaust the client. M-5 */
const ACCEPTED = { n: [16_384, 131_072], r: [8, 8], p: [1, 5] } as const

/**
 * The octets of a password as typed: UTF-8 of its NFC form, so that it does not matter how a keyboard
 * composes accents. M-5
 *
 * @throws {InvalidMessage} If it is empty, over 256 characters, or holds a control character; the
 *   message holds nothing of it.
 */
export function parsePassword(text: string): Secret {
  const composed = text.normalize('NFC')
  const characters = Array.from(composed).length
  if (characters === 0 || characters > MAX_PASSWORD_CHARACTERS) {
    throw new InvalidMessage(`not 1 to ${MAX_PASSWORD_CHARACTERS} characters`, 'password')
  }
  if (FORBIDDEN.test(composed)) throw new InvalidMessage('holds a control character', 'password')
  return Secret.of(utf8(composed))
}

/** Whether a client lends itself to this cost: N 2^14 to 2^17 and a power of 2, r 8, p 1 to 5. M-5 */
export function isAcceptedCost({ n, r, p }: ScryptCost): boolean {
  const isWithin = (value: number, [least, most]: readonly [number, number]) =>
    value >= least && value <= most
  const isPowerOfTwo = Number.isInteger(Math.log2(n))
  return (
    isPowerOfTwo && isWithin(n, ACCEPTED.n) && isWithin(r, ACCEPTED.r) && isWithin(p, ACCEPTED.p)
  )
}

/**
 * pwKey = scrypt(password, salt, N, r, p, 32); authKey and wrapBase = HKDF-SHA-256(pwKey, no salt,
 * `CPNS eukey auth` and `CPNS eukey wrap`, 32).
 *
 * @param password As `parsePassword` gives it.
 * @throws {RangeError} If the cost cannot be paid here.
 * @see M-5
 */
export async function derivePasswordKeys(
  password: Secret,
  { salt, n, r, p }: Omit<KdfParameters, 'kdf'>,
): Promise<PasswordKeys> {
  const pwKey = await deriveScryptKey(password, { salt, n, r, p, length: KEY_LENGTH })
  const derive = (info: string): Secret => hkdf(pwKey, { salt: NO_SALT, info, length: KEY_LENGTH })
  const keys = { authKey: derive('CPNS eukey auth'), wrapBase: derive('CPNS eukey wrap') }
  pwKey.wipe()
  return keys
}
