/** scrypt, the memory-hard key derivation for passwords. RFC 7914 */
import { scrypt } from 'node:crypto'
import { Secret } from './secret.ts'

/** What makes scrypt slow, and what makes its key one of a kind. */
export interface ScryptInput {
  readonly salt: Uint8Array
  /** Cost in time and memory, a power of 2. */
  readonly n: number
  /** Block size. */
  readonly r: number
  /** Parallelization. */
  readonly p: number
  /** Octets of the key. */
  readonly length: number
}

/** The most memory that one derivation may take, in octets: 256 MiB. M-5 */
export const SCRYPT_MAX_MEMORY_OCTETS = 256 * 1024 * 1024

/**
 * Derives a key on a thread of the platform's pool.
 *
 * @throws {RangeError} If N is no power of 2, or the cost needs more than 256 MiB.
 * @see RFC 7914 6
 */
export function deriveScryptKey(password: Secret, input: ScryptInput): Promise<Secret> {
  const { salt, n, r, p, length } = input
  const cost = { N: n, r, p, maxmem: SCRYPT_MAX_MEMORY_OCTETS }
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, key: Uint8Array): void => {
      if (error === null) resolve(Secret.of(key))
      else reject(error)
      key?.fill(0)
    }
    try {
      scrypt(password.reveal(), salt, length, cost, done)
    } catch (cause) {
      reject(new RangeError('scrypt does not take this cost', { cause }))
    }
  })
}
