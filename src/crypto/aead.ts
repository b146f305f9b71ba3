/** AES-256-GCM with a 12-octet nonce and a 16-octet tag behind the ciphertext. NIST SP 800-38D */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { assertOctets } from '../octets/octets.ts'
import type { Secret } from './secret.ts'

/** Octets of the tag at the end of what `aeadSeal` returns. */
export const AEAD_TAG_LENGTH = 16
/** Octets of a nonce. */
export const AEAD_NONCE_LENGTH = 12
/** Octets of a key. */
export const AEAD_KEY_LENGTH = 32

/** What both directions need; a nonce is used once a key. */
export interface AeadInput {
  readonly key: Secret
  /** 12 octets. */
  readonly nonce: Uint8Array
  /** Octets that are authenticated but not encrypted. */
  readonly associatedData: Uint8Array
}

/** Ciphertext, then tag. @throws {RangeError} If key or nonce has the wrong length. */
export function aeadSeal(input: AeadInput, plaintext: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(plaintext.length + AEAD_TAG_LENGTH)
  aeadSealInto(sealed, input, plaintext)
  return sealed
}

/**
 * Writes ciphertext and tag to the end of `target`, so that what stands before them needs no copy.
 *
 * @param target At least 16 octets longer than the plaintext. @throws {RangeError} As `aeadSeal`.
 */
export function aeadSealInto(target: Uint8Array, input: AeadInput, plaintext: Uint8Array): void {
  assertInput(input)
  const cipher = createCipheriv('aes-256-gcm', input.key.reveal(), input.nonce)
  cipher.setAAD(input.associatedData)
  const tagAt = target.length - AEAD_TAG_LENGTH
  target.set(cipher.update(plaintext), tagAt - plaintext.length)
  // There is no last block in this mode: all of the ciphertext is out.
  cipher.final()
  target.set(cipher.getAuthTag(), tagAt)
}

/** The plaintext, or `undefined` if anything was altered. @throws {RangeError} As `aeadSeal`. */
export function aeadOpen(input: AeadInput, sealed: Uint8Array): Uint8Array | undefined {
  assertInput(input)
  if (sealed.length < AEAD_TAG_LENGTH) return undefined
  const decipher = createDecipheriv('aes-256-gcm', input.key.reveal(), input.nonce)
  decipher.setAAD(input.associatedData)
  decipher.setAuthTag(sealed.subarray(sealed.length - AEAD_TAG_LENGTH))
  const plaintext = decipher.update(sealed.subarray(0, sealed.length - AEAD_TAG_LENGTH))
  try {
    // There is no last block in this mode: this only checks the tag.
    decipher.final()
    return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length)
  } catch {
    return undefined
  }
}

function assertInput(input: AeadInput): void {
  assertOctets('key', input.key.reveal(), AEAD_KEY_LENGTH)
  assertOctets('nonce', input.nonce, AEAD_NONCE_LENGTH)
}
