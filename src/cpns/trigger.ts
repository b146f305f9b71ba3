/**
 * Triggers: a PN GW makes a PNE of the same user ask for an EUKey. M-7. Both know the TriggerKey, which the
 * server made; nothing here derives from the password.
 *
 * The design gives no form for a password that is handed over: it is encrypted under a key that the
 * TriggerKey and the Nonce give, so that whoever claims a PNE's EntityID on CPNS-1 does not get it.
 */
import { AEAD_NONCE_LENGTH, aeadOpen, aeadSeal } from '../crypto/aead.ts'
import { hmacSha256 } from '../crypto/hash.ts'
import { hkdf } from '../crypto/hkdf.ts'
import { Secret } from '../crypto/secret.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { assertOctets, concatOctets, equalOctets, lengthPrefixed, utf8 } from '../octets/octets.ts'

/** Octets of a TriggerKey. M-7 */
export const TRIGGER_KEY_LENGTH = 32
/** Octets of the Nonce of a trigger. */
export const TRIGGER_NONCE_LENGTH = 16
/** Octets of the IV of an EncryptedPassword. */
export const TRIGGER_IV_LENGTH = AEAD_NONCE_LENGTH

/** What a trigger says. */
export interface TriggerContext {
  /** Who triggers. */
  readonly gw: EntityId
  /** Who shall ask. */
  readonly pne: EntityId
  /** 16 random octets, good once. */
  readonly nonce: Uint8Array
}

const FIRST = utf8('first')
const ZERO = Uint8Array.of(0)
const PASSWORD_INFO = 'CPNS trigger password'
const KEY_LENGTH = 32

/**
 * Proof = HMAC-SHA-256(TriggerKey, `first` ‖ 00 ‖ lp(GW) ‖ lp(PNE) ‖ Nonce), 32 octets.
 *
 * @param triggerKey 32 octets.
 * @throws {RangeError} If key or nonce has another length.
 * @see M-7
 */
export function triggerProof(triggerKey: Secret, context: TriggerContext): Uint8Array {
  assertOctets('TriggerKey', triggerKey.reveal(), TRIGGER_KEY_LENGTH)
  assertOctets('Nonce', context.nonce, TRIGGER_NONCE_LENGTH)
  return hmacSha256(triggerKey.reveal(), FIRST, ZERO, namesOf(context), context.nonce)
}

/** Whether a Proof is that of this trigger, in constant time. @throws {RangeError} As `triggerProof`. */
export function isTriggerProof(
  triggerKey: Secret,
  context: TriggerContext,
  proof: Uint8Array,
): boolean {
  return equalOctets(triggerProof(triggerKey, context), proof)
}

/**
 * A password for a PNE without UI: AES-256-GCM under HKDF-SHA-256(TriggerKey, salt Nonce,
 * `CPNS trigger password`, 32), associated data lp(GW) ‖ lp(PNE).
 *
 * @param context.iv 12 random octets. @param password As `parsePassword` gives it.
 * @returns Ciphertext and tag.
 */
export function sealTriggerPassword(
  triggerKey: Secret,
  context: TriggerContext & { readonly iv: Uint8Array },
  password: Secret,
): Uint8Array {
  return aeadSeal(passwordInput(triggerKey, context), password.reveal())
}

/** The password; `undefined` if it was made for another trigger or altered. @see M-7 */
export function openTriggerPassword(
  triggerKey: Secret,
  context: TriggerContext & { readonly iv: Uint8Array },
  sealed: Uint8Array,
): Secret | undefined {
  const octets = aeadOpen(passwordInput(triggerKey, context), sealed)
  return octets && Secret.of(octets)
}

function passwordInput(triggerKey: Secret, context: TriggerContext & { readonly iv: Uint8Array }) {
  const derived = { salt: context.nonce, info: PASSWORD_INFO, length: KEY_LENGTH }
  return {
    key: hkdf(triggerKey, derived),
    nonce: context.iv,
    associatedData: namesOf(context),
  }
}

function namesOf({ gw, pne }: TriggerContext): Uint8Array {
  return concatOctets(lengthPrefixed(utf8(gw)), lengthPrefixed(utf8(pne)))
}
