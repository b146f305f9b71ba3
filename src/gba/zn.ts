/**
 * Zn as a port: what a NAF asks a BSF, whatever carries it (in process, Diameter, HTTP/2, web service).
 * TS 33.220 4.4.6, TS 29.109 5
 */
import type { Secret } from '../crypto/secret.ts'
import type { Btid } from '../identity/btid.ts'
import type { Impi } from '../identity/impi.ts'
import type { NafId } from '../identity/naf-id.ts'

/** Bootstrapping-Info-Request in words. */
export interface ZnRequest {
  readonly btid: Btid
  readonly nafId: NafId
  /** GAA-Service-Identifiers whose user security settings are wanted. */
  readonly gsids: readonly number[]
  /** GBA_U-Awareness-Indicator: the NAF knows what UICC key material is. */
  readonly gbaUAware: boolean
}

/** Bootstrapping-Info-Answer in words. */
export type ZnAnswer =
  | {
      readonly outcome: 'success'
      /** A BSF that keeps it from this NAF leaves it out. TS 33.220 4.5.3 */
      readonly impi?: Impi
      /** ME-Key-Material: Ks_ext_NAF, or Ks_NAF of GBA_ME; 32 octets. */
      readonly meKeyMaterial: Secret
      /** UICC-Key-Material: Ks_int_NAF, 32 octets; present only with GBA_U and an aware NAF. */
      readonly uiccKeyMaterial?: Secret
      /** UTC milliseconds, whole seconds. */
      readonly keyExpiresAtMs: number
      /** UTC milliseconds, whole seconds. */
      readonly bootstrappedAtMs: number
      /** The settings asked for, as a `ussList` document. TS 29.109 Annex A */
      readonly ussList?: string
    }
  /** DIAMETER_ERROR_NOT_AUTHORIZED (5402): this NAF may not use that FQDN, or lacks a USS. */
  | { readonly outcome: 'not-authorized' }
  /** DIAMETER_ERROR_TRANSACTION_IDENTIFIER_INVALID (5403): B-TID unknown or expired. */
  | { readonly outcome: 'transaction-identifier-invalid' }
  /** The BSF could not be asked, or could not answer. */
  | { readonly outcome: 'unavailable' }

/** A BSF as a NAF sees it. */
export interface Zn {
  /** Never rejects for an answer of the BSF; what cannot be asked is `unavailable`. */
  requestBootstrappingInfo(request: ZnRequest): Promise<ZnAnswer>
}
