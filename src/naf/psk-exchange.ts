/** What is said about a PSK-TLS handshake between whoever reads it and whoever has the keys. TS 33.222 5.4 */
import type { Secret } from '../crypto/secret.ts'
import type { Btid } from '../identity/btid.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { Impi } from '../identity/impi.ts'
import { UA_ID_PSK_TLS_1_3, type UaId, uaIdOfTls } from '../identity/naf-id.ts'

/** Versions of TLS that PSK-TLS works with. */
export type PskVersion = '1.2' | '1.3'

/** `TLS_PSK_WITH_AES_128_GCM_SHA256`, the one suite of TLS 1.2: the Ua id depends on it. RFC 5487 2 */
const PSK_SUITE_OF_TLS_1_2 = 0x00a8

/** Identities that a client offers, in its order; the handshake waits for the answer. */
export interface PskOffer {
  /** The version that this handshake will have. */
  readonly version: PskVersion
  /** As sent; what is not printable ASCII is left out. */
  readonly identities: readonly string[]
  /** Server Name Indication, if there was one. RFC 6066 3 */
  readonly serverName?: string
}

/** Who is at the other end of a PSK-TLS connection. */
export interface PskPeer {
  readonly btid: Btid
  /** Absent if the BSF keeps it from this NAF. TS 33.220 4.5.3 */
  readonly impi?: Impi
  readonly gbaType: 'GBA_U' | 'GBA_ME'
  readonly nafFqdn: Fqdn
  readonly uaId: UaId
  /** UTC milliseconds; the connection ends then. */
  readonly expiresAtMs: number
}

/** What an offer leads to. */
export type PskAnswer =
  | {
      readonly outcome: 'key'
      /** The one of the offered identities that the key belongs to. */
      readonly identity: string
      /** Ks_ext_NAF, Ks_NAF or Ks_int_NAF, 32 octets. */
      readonly key: Secret
      readonly peer: PskPeer
    }
  /** None of the identities is a B-TID that is known and good: bootstrapping may help. */
  | { readonly outcome: 'unknown-identity' }
  /** The subscriber or the NAF may not; bootstrapping will not help. */
  | { readonly outcome: 'forbidden' }
  /** Nobody could be asked, or too often; later it may work. */
  | { readonly outcome: 'unavailable' }

/** Finds the key of an offer made from `address`. */
export type PskLookup = (offer: PskOffer, address: string) => Promise<PskAnswer>

/**
 * The Ua security protocol identifier of PSK-TLS. Design 4
 *
 * @see TS 33.220 H.3
 */
export function uaIdOfPskTls(version: PskVersion): UaId {
  return version === '1.3' ? UA_ID_PSK_TLS_1_3 : uaIdOfTls(PSK_SUITE_OF_TLS_1_2)
}
