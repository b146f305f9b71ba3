/**
 * Keys at rest: sealed with AES-256-GCM under a master key, the record's identity being the associated
 * data, so that a sealed key cannot be moved to another row. K-5.
 *
 * Form: `01` ‖ key id (8) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
 */

import { OctetReader } from '../octets/octet-reader.ts'
import { concatOctets, toHex, utf8 } from '../octets/octets.ts'
import type { Random } from '../ports/random.ts'
import { AEAD_NONCE_LENGTH, aeadOpen, aeadSeal } from './aead.ts'
import { sha256 } from './hash.ts'
import { Secret } from './secret.ts'

const VERSION = 1
const KEY_ID_LENGTH = 8

/** Seals and opens secrets of records. */
export interface RecordSealer {
  /** Id of the master key that seals now, 16 hex digits. */
  readonly keyId: string
  /** @param identity Names the record and the column, for instance `eukeys:urn:uuid:…:key`. */
  seal(identity: string, secret: Secret): Uint8Array
  /**
   * @returns `undefined` if the octets were altered, moved from another record, or sealed under a
   * master key that is not at hand.
   */
  open(identity: string, sealed: Uint8Array): Secret | undefined
}

/**
 * @param keys.current Master key that seals, 32 octets.
 * @param keys.former Master keys that still open, for rotation.
 */
export function createRecordSealer(
  keys: { readonly current: Secret; readonly former?: readonly Secret[] },
  random: Random,
): RecordSealer {
  const byId = new Map([...(keys.former ?? []), keys.current].map((key) => [idOf(key), key]))
  const currentId = idOf(keys.current)
  return {
    keyId: currentId,
    seal(identity, secret) {
      const nonce = random.octets(AEAD_NONCE_LENGTH)
      const associatedData = utf8(identity)
      const sealed = aeadSeal({ key: keys.current, nonce, associatedData }, secret.reveal())
      return concatOctets(Uint8Array.of(VERSION), Buffer.from(currentId, 'hex'), nonce, sealed)
    },
    open(identity, sealed) {
      if (sealed.length < 1 + KEY_ID_LENGTH + AEAD_NONCE_LENGTH) return undefined
      const reader = new OctetReader(sealed)
      const version = reader.uint8('version')
      const key = byId.get(toHex(reader.take(KEY_ID_LENGTH, 'key id')))
      const nonce = reader.take(AEAD_NONCE_LENGTH, 'nonce')
      if (version !== VERSION || key === undefined) return undefined
      const input = { key, nonce, associatedData: utf8(identity) }
      const plaintext = aeadOpen(input, reader.takeRest())
      return plaintext === undefined ? undefined : Secret.of(plaintext)
    },
  }
}

function idOf(key: Secret): string {
  return toHex(sha256(utf8('CPNS master key id'), key.reveal()).subarray(0, KEY_ID_LENGTH))
}
