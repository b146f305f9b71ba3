/** One AES block at a time, through the platform's constant-time AES. FIPS 197 */
import { createCipheriv } from 'node:crypto'
import { assertOctets } from '../octets/octets.ts'
import type { Secret } from './secret.ts'

/** AES-128 under one key; keeps the cipher object, which costs more to make than to use. */
export interface AesBlock {
  /** Encrypts one or more 16-octet blocks, each on its own. @throws {RangeError} If a block is not whole. */
  encrypt(blocks: Uint8Array): Uint8Array
}

/** @param key 16 octets. @throws {RangeError} If the key has another length. */
export function createAesBlock(key: Secret): AesBlock {
  assertOctets('AES key', key.reveal(), 16)
  const cipher = createCipheriv('aes-128-ecb', key.reveal(), null).setAutoPadding(false)
  return {
    encrypt(blocks) {
      if (blocks.length % 16 !== 0) throw new RangeError('AES works on blocks of 16 octets')
      // What the cipher gives is nobody else's; only its Buffer methods are left behind, without a copy.
      const { buffer, byteOffset, length } = cipher.update(blocks)
      return new Uint8Array(buffer, byteOffset, length)
    },
  }
}
