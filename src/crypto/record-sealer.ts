/**
 * Keys at rest: sealed with AES-256-GCM under a master key, the record's identity being the associated
 * data, so that a sealed key cannot be moved to another row. K-5.
 *
 * Form: `01` ‖ key id (8) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
 */

import { OctetReader } from '../octets/octet-reader.ts'
import { concatOctets, fromHex, octetsToFill, toHex, utf8 } from '../octets/octets.ts'
import type { Random } from '../ports/random.ts'
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, aeadOpen, aeadSealInto } from './aead.ts'
import { sha256 } from './hash.ts'
import { Secret } from './secret.ts'

const VERSION = 1
const KEY_ID_LENGTH = 8
/** Octets before the ciphertext. */
const HEAD_LENGTH = 1 + KEY_ID_LENGTH + AEAD_NONCE_LENGTH

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

/** Master keys at hand, 32 octets each. */
export interface MasterKeys {
  /** The one that seals. */
  readonly current: Secret
  /** Those that still open, while they are rotated out. */
  readonly former?: readonly Secret[]
}

/**
 * @param keys Or where they are now: asked before each sealing (once in a synchronous run of the program,
 *   so once for all that one transaction seals), and when a key id is not known. Gives the same object
 *   again as long as nothing has changed.
 */
export function createRecordSealer(
  keys: MasterKeys | (() => MasterKeys),
  random: Random,
): RecordSealer {
  const now = typeof keys === 'function' ? keys : () => keys
  let known = ringOf(now())
  const refreshed = (): Ring => {
    const latest = now()
    if (latest !== known.keys) known = ringOf(latest)
    return known
  }
  let isAsked = false
  const askedInThisRun = (): Ring => {
    if (isAsked) return known
    isAsked = true
    queueMicrotask(() => {
      isAsked = false
    })
    return refreshed()
  }
  return {
    get keyId() {
      return refreshed().currentId
    },
    seal(identity, secret) {
      const { keys: ring, head } = askedInThisRun()
      const nonce = random.octets(AEAD_NONCE_LENGTH)
      const associatedData = utf8(identity)
      const sealed = octetsToFill(HEAD_LENGTH + secret.length + AEAD_TAG_LENGTH)
      sealed.set(head)
      sealed.set(nonce, head.length)
      aeadSealInto(sealed, { key: ring.current, nonce, associatedData }, secret.reveal())
      return sealed
    },
    open(identity, sealed) {
      if (sealed.length < HEAD_LENGTH) return undefined
      const reader = new OctetReader(sealed)
      const version = reader.uint8('version')
      const keyId = toHex(reader.take(KEY_ID_LENGTH, 'key id'))
      const key = known.byId.get(keyId) ?? refreshed().byId.get(keyId)
      const nonce = reader.take(AEAD_NONCE_LENGTH, 'nonce')
      if (version !== VERSION || key === undefined) return undefined
      const input = { key, nonce, associatedData: utf8(identity) }
      const plaintext = aeadOpen(input, reader.takeRest())
      return plaintext === undefined ? undefined : Secret.of(plaintext)
    },
  }
}

interface Ring {
  readonly keys: MasterKeys
  readonly byId: ReadonlyMap<string, Secret>
  readonly currentId: string
  /** Version and key id, as what is sealed under the current key begins. */
  readonly head: Uint8Array
}

function ringOf(keys: MasterKeys): Ring {
  const all = [...(keys.former ?? []), keys.current]
  const byId = new Map(all.map((key) => [masterKeyId(key), key]))
  const currentId = masterKeyId(keys.current)
  const head = concatOctets(Uint8Array.of(VERSION), fromHex(currentId))
  return { keys, byId, currentId, head }
}

/** Id of a master key, 16 hex digits; says nothing about the key. */
export function masterKeyId(key: Secret): string {
  return toHex(sha256(utf8('CPNS master key id'), key.reveal()).subarray(0, KEY_ID_LENGTH))
}
