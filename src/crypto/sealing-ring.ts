/**
 * Sealing keys that live for minutes: of `State`, of Ub `opaque` and of nonces. K-6: random, shared by
 * all nodes through the store (sealed there), rotated every 10 minutes; the previous one still opens,
 * older ones are erased; never derived from the master key.
 *
 * Form: key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
 */

import { OctetReader } from '../octets/octet-reader.ts'
import { fromHex, octetsToFill, toHex, utf8 } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, aeadOpen, aeadSealInto } from './aead.ts'
import { Secret } from './secret.ts'

const KEY_ID_LENGTH = 4
const KEY_LENGTH = 32
const OVERHEAD = KEY_ID_LENGTH + AEAD_NONCE_LENGTH + AEAD_TAG_LENGTH

/** One sealing key as it is stored. */
export interface SealingKey {
  /** 8 hex digits. */
  readonly id: string
  /** 32 octets. */
  readonly key: Secret
  /** UTC milliseconds. */
  readonly createdAtMs: number
}

/** Where the sealing keys of all purposes live, so that any node can use them. */
export interface SealingKeyStore {
  /** All keys of a purpose, newest first. */
  loadSealingKeys(purpose: string): Promise<readonly SealingKey[]>
  /**
   * Adds `candidate` as the newest key, unless another node has added one since `replaces` was the
   * newest (`undefined`: there was none); erases all but the newest and the one before it.
   *
   * @returns All keys of the purpose after that, newest first.
   */
  rotateSealingKey(
    purpose: string,
    rotation: { readonly candidate: SealingKey; readonly replaces: string | undefined },
  ): Promise<readonly SealingKey[]>
}

/** Seals small states that a peer carries for us. */
export interface SealingRing {
  seal(plaintext: Uint8Array): Promise<Uint8Array>
  /** `undefined` if the octets were altered, or sealed under a key that is gone. */
  open(sealed: Uint8Array): Promise<Uint8Array | undefined>
}

/** What a ring needs. */
export interface SealingRingPorts {
  readonly store: SealingKeyStore
  readonly clock: Clock
  readonly random: Random
}

/**
 * @param options.purpose What is sealed, for instance `cpns state`; part of the associated data.
 * @param options.rotateMs Age at which a key is replaced; default 10 minutes.
 */
export function createSealingRing(
  options: { readonly purpose: string; readonly rotateMs?: number },
  ports: SealingRingPorts,
): SealingRing {
  const rotateMs = options.rotateMs ?? 600_000
  const associatedData = utf8(options.purpose)
  let keys: readonly SealingKey[] = []
  let rotating: Promise<SealingKey> | undefined

  /** A key made "in the future" (the clock went back) is replaced too: it would live too long. */
  const freshKey = (): SealingKey | undefined =>
    keys[0] && Math.abs(ports.clock.nowMs() - keys[0].createdAtMs) < rotateMs ? keys[0] : undefined

  const rotate = async (): Promise<SealingKey> => {
    keys = await ports.store.loadSealingKeys(options.purpose)
    const shared = freshKey()
    if (shared !== undefined) return shared
    const candidate = makeKey(ports)
    keys = await ports.store.rotateSealingKey(options.purpose, {
      candidate,
      replaces: keys[0]?.id,
    })
    return keys[0] ?? candidate
  }

  const current = (): Promise<SealingKey> | SealingKey => {
    const fresh = freshKey()
    if (fresh !== undefined) return fresh
    rotating ??= rotate().finally(() => {
      rotating = undefined
    })
    return rotating
  }

  const find = async (id: string): Promise<SealingKey | undefined> => {
    const known = keys.find((key) => key.id === id)
    if (known !== undefined) return known
    keys = await ports.store.loadSealingKeys(options.purpose)
    return keys.find((key) => key.id === id)
  }

  return {
    async seal(plaintext) {
      const { id, key } = await current()
      const nonce = ports.random.octets(AEAD_NONCE_LENGTH)
      const sealed = octetsToFill(OVERHEAD + plaintext.length)
      sealed.set(fromHex(id))
      sealed.set(nonce, KEY_ID_LENGTH)
      aeadSealInto(sealed, { key, nonce, associatedData }, plaintext)
      return sealed
    },
    async open(sealed) {
      if (sealed.length < OVERHEAD) return undefined
      await current()
      const reader = new OctetReader(sealed)
      const found = await find(toHex(reader.take(KEY_ID_LENGTH, 'key id')))
      if (found === undefined) return undefined
      const nonce = reader.take(AEAD_NONCE_LENGTH, 'nonce')
      return aeadOpen({ key: found.key, nonce, associatedData }, reader.takeRest())
    },
  }
}

function makeKey(ports: SealingRingPorts): SealingKey {
  return {
    id: toHex(ports.random.octets(KEY_ID_LENGTH)),
    key: Secret.of(ports.random.octets(KEY_LENGTH)),
    createdAtMs: ports.clock.nowMs(),
  }
}
