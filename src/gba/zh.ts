/**
 * Zh as a port: what a BSF asks its HSS, whatever carries it (in process, Diameter, HTTP/2).
 * TS 33.220 4.4.5, TS 29.109 4
 */
import type { AuthenticationVector } from '../aka/authentication-vector.ts'
import type { Impi } from '../identity/impi.ts'

/** Multimedia-Auth-Request in words. */
export interface ZhRequest {
  readonly impi: Impi
  /** After a synchronisation failure: the RAND of the failed challenge (16) and AUTS (14). */
  readonly resynchronization?: { readonly rand: Uint8Array; readonly auts: Uint8Array }
}

/** Multimedia-Auth-Answer in words. */
export type ZhAnswer =
  | {
      readonly outcome: 'success'
      readonly impi: Impi
      readonly vector: AuthenticationVector
      /** GBA user security settings as XML, if the subscriber has any. TS 29.109 Annex A */
      readonly guss?: string
    }
  /** DIAMETER_ERROR_IDENTITY_UNKNOWN (5401). */
  | { readonly outcome: 'identity-unknown' }
  /** AUTS does not verify (MAC-S), so nothing was changed. */
  | { readonly outcome: 'resynchronization-refused' }
  /** The HSS could not be asked, or could not answer. */
  | { readonly outcome: 'unavailable' }

/** The HSS as its BSF sees it. */
export interface Zh {
  /** Never rejects for an answer of the HSS; what cannot be asked is `unavailable`. */
  requestVector(request: ZhRequest): Promise<ZhAnswer>
}
