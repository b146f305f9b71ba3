/** Ks and the NAF-specific keys made from it. TS 33.220 4.5.2, 5.3.2, B.3 */
import { Secret } from '../crypto/secret.ts'
import { assertOctets, concatOctets, utf8 } from '../octets/octets.ts'
import { FC_GBA, kdf } from './kdf.ts'

/** What a NAF-specific key is bound to. TS 33.220 B.3 */
export interface NafKeyInput {
  /** RAND of the bootstrapping run, 16 octets. */
  readonly rand: Uint8Array
  /** IMPI; its UTF-8 octets are used. */
  readonly impi: string
  /** NAF FQDN ‖ Ua security protocol identifier (5 octets). */
  readonly nafId: Uint8Array
}

const KS_LENGTH = 32
const CIPHER_KEY_LENGTH = 16
const RAND_LENGTH = 16
const P0_GBA_ME = utf8('gba-me')
const P0_GBA_U = utf8('gba-u')

/**
 * Ks = CK ‖ IK, 32 octets, of GBA_ME and GBA_U alike.
 *
 * @param keys.ck CK, 16 octets.
 * @param keys.ik IK, 16 octets.
 * @throws {RangeError} If one has another length.
 * @see TS 33.220 4.5.2
 */
export function ksOf(keys: { readonly ck: Secret; readonly ik: Secret }): Secret {
  assertOctets('CK', keys.ck.reveal(), CIPHER_KEY_LENGTH)
  assertOctets('IK', keys.ik.reveal(), CIPHER_KEY_LENGTH)
  return Secret.of(concatOctets(keys.ck.reveal(), keys.ik.reveal()))
}

/**
 * Ks_NAF of GBA_ME.
 *
 * @param ks CK ‖ IK, 32 octets.
 * @returns 32 octets.
 * @throws {RangeError} If Ks or RAND has the wrong length, or IMPI or NAF_Id is over 65535 octets.
 * @see TS 33.220 B.3
 */
export function deriveKsNaf(ks: Secret, input: NafKeyInput): Secret {
  return deriveNafKey(P0_GBA_ME, ks, input)
}

/**
 * Ks_ext_NAF of GBA_U, which the UICC gives to the ME: the formula of Ks_NAF.
 *
 * @param ks CK ‖ IK, 32 octets.
 * @returns 32 octets.
 * @throws {RangeError} As `deriveKsNaf`.
 * @see TS 33.220 B.3
 */
export function deriveKsExtNaf(ks: Secret, input: NafKeyInput): Secret {
  return deriveNafKey(P0_GBA_ME, ks, input)
}

/**
 * Ks_int_NAF of GBA_U, which never leaves the UICC.
 *
 * @param ks CK ‖ IK, 32 octets.
 * @returns 32 octets.
 * @throws {RangeError} As `deriveKsNaf`.
 * @see TS 33.220 B.3
 */
export function deriveKsIntNaf(ks: Secret, input: NafKeyInput): Secret {
  return deriveNafKey(P0_GBA_U, ks, input)
}

function deriveNafKey(p0: Uint8Array, ks: Secret, { rand, impi, nafId }: NafKeyInput): Secret {
  assertOctets('Ks', ks.reveal(), KS_LENGTH)
  assertOctets('RAND', rand, RAND_LENGTH)
  return Secret.of(kdf(ks.reveal(), FC_GBA, [p0, rand, utf8(impi), nafId]))
}
