/**
 * An EUKey on its way to its device. M-5, CR 7.4.3.2: encrypted under a key that only the password (or
 * what the server keeps of it) and both random numbers give.
 */
import { AEAD_NONCE_LENGTH, aeadOpen, aeadSeal } from '../crypto/aead.ts'
import { hkdf } from '../crypto/hkdf.ts'
import { Secret } from '../crypto/secret.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'
import { assertOctets, concatOctets, lengthPrefixed, uint64, utf8 } from '../octets/octets.ts'
import { EUKEY_LENGTH } from './handshake-hash.ts'
import { RANDOM_LENGTH } from './session-keys.ts'
import { transcriptOf } from './transcript.ts'

/** Octets of `IV`. M-5 */
export const WRAP_IV_LENGTH = AEAD_NONCE_LENGTH

/** What an EncryptedEUKey is bound to: altered or given to another entity, it does not open. */
export interface WrapContext {
  /** RAND of the EUKeyAssignmentRequest, 16 octets. */
  readonly randomClient: Uint8Array
  /** RAND of the AuthenticateRequest, 16 octets. */
  readonly randomServer: Uint8Array
  /** Of EUKeyAssignmentRequest, AuthenticateRequest and AuthenticateResponse, 32 octets each. M-1 */
  readonly digests: readonly [Uint8Array, Uint8Array, Uint8Array]
  readonly entityId: EntityId
  readonly userId: UserId
  readonly keyId: string
  readonly lifetimeSeconds: number
  /** 12 random octets. */
  readonly iv: Uint8Array
}

/**
 * AES-256-GCM of an EUKey; its associated data are the three digests ‖ lp(EntityID) ‖ lp(UserID) ‖
 * lp(KeyID) ‖ Lifetime(8).
 *
 * @param wrapBase 32 octets. @param euKey 32 octets. @returns 48 octets, the tag at the end.
 * @throws {RangeError} If an input has another length.
 * @see M-5
 */
export function wrapEuKey(wrapBase: Secret, context: WrapContext, euKey: Secret): Uint8Array {
  assertOctets('EUKey', euKey.reveal(), EUKEY_LENGTH)
  return aeadSeal(inputOf(wrapBase, context), euKey.reveal())
}

/** The EUKey, 32 octets; `undefined` if anything is not as it was wrapped. @see M-5 */
export function unwrapEuKey(
  wrapBase: Secret,
  context: WrapContext,
  wrapped: Uint8Array,
): Secret | undefined {
  const euKey = aeadOpen(inputOf(wrapBase, context), wrapped)
  return euKey?.length === EUKEY_LENGTH ? Secret.of(euKey) : undefined
}

function inputOf(wrapBase: Secret, context: WrapContext) {
  const { randomClient, randomServer, digests, entityId, userId, keyId, lifetimeSeconds } = context
  assertOctets('RAND of the client', randomClient, RANDOM_LENGTH)
  assertOctets('RAND of the server', randomServer, RANDOM_LENGTH)
  const key = hkdf(wrapBase, {
    salt: concatOctets(randomClient, randomServer),
    info: 'CPNS eukey wrap',
    length: 32,
  })
  const associatedData = concatOctets(
    transcriptOf(digests),
    lengthPrefixed(utf8(entityId)),
    lengthPrefixed(utf8(userId)),
    lengthPrefixed(utf8(keyId)),
    uint64(BigInt(lifetimeSeconds)),
  )
  return { key, nonce: context.iv, associatedData }
}
