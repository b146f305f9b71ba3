/** Ua as it crosses HTTP: what a NAF sees of a request, and what it makes of it. TS 24.109 5 */
import type { Uss } from '../gba/guss.ts'
import type { Btid } from '../identity/btid.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { Impi } from '../identity/impi.ts'
import type { UaId } from '../identity/naf-id.ts'
import type { KeyUse } from './realm.ts'

/** The body of a request; it is asked for only if the digest covers it. */
export type BodyReading =
  | { readonly outcome: 'read'; readonly octets: Uint8Array }
  /** 411: nobody said how long it is. */
  | { readonly outcome: 'length-unknown' }
  /** 413 */
  | { readonly outcome: 'too-long' }

/** One HTTP request to a NAF. */
export interface UaRequest {
  readonly method: string
  /** Request-URI as on the request line. */
  readonly uri: string
  /** Names in lower case; a header that came more than once has several values. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly connection: UaConnection
  /** Leaves the body to be read again by the application. */
  readBody(): Promise<BodyReading>
}

/** How a request came. */
export interface UaConnection {
  /** IP address of the client, for limits. */
  readonly remoteAddress: string
  /** Absent without TLS; IANA value of the cipher suite, `unknown` if it is in no table. */
  readonly cipherSuite?: number | 'unknown'
}

/** Who sent a request, proven by a key of GBA. */
export interface NafUser {
  readonly btid: Btid
  /** Absent if the BSF keeps it from this NAF. TS 33.220 4.5.3 */
  readonly impi?: Impi
  /**
   * Who the user is to the application: what the user intended, if it may, else the first identity of the
   * user security settings, else the IMPI; if the BSF names nobody, the B-TID, a pseudonym until the key ends.
   */
  readonly identity: string
  readonly nafFqdn: Fqdn
  readonly uaId: UaId
  readonly keyUse: KeyUse
  /** Whether Ks is in the card. */
  readonly gbaType: 'GBA_U' | 'GBA_ME'
  /** UTC milliseconds; nothing that rests on the key should live longer. */
  readonly keyExpiresAtMs: number
  /** The settings of the services asked for. */
  readonly ussList: readonly Uss[]
}

/** Statuses of a NAF. */
export type RefusalStatus = 400 | 401 | 403 | 411 | 413 | 421 | 429 | 500 | 503

/** What becomes of a request. */
export type UaOutcome =
  | {
      readonly outcome: 'authenticated'
      readonly user: NafUser
      /**
       * Value of the Authentication-Info header. With `auth-int` the answer is protected with its body if
       * that is given, else as `auth` does. RFC 7616 3.5
       *
       * @param body Entity body of the answer, as a whole.
       */
      authenticationInfo(body?: Uint8Array): string
    }
  | {
      readonly outcome: 'refused'
      readonly status: RefusalStatus
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, readonly string[]>>
      /** One line for the engineer at the other end, without any secret. */
      readonly reason: string
    }
