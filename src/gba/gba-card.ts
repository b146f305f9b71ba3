/**
 * What a terminal needs of a UICC for GBA, above the APDUs: the identities of one application and the
 * two modes of AUTHENTICATE in GBA security context. TS 31.102 7.1, TS 31.103 7.1, TS 33.220 5.3
 */
import type { EuKeyConfirmation, EuKeyProof } from '../apdu/eukey-command.ts'
import type { Secret } from '../crypto/secret.ts'
import type { Btid } from '../identity/btid.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { Impi } from '../identity/impi.ts'
import type { NafId } from '../identity/naf-id.ts'

/** How the card takes a challenge. */
export type CardChallengeOutcome =
  /** GBA_U: RES as the card gave it (its least significant bit is flipped inside the card). */
  | { readonly outcome: 'success'; readonly res: Secret }
  /** SQN out of range: AUTS, 14 octets. TS 33.102 6.3.3 */
  | { readonly outcome: 'sync-failure'; readonly auts: Uint8Array }
  /** 98 62: the network did not prove that it knows K. */
  | { readonly outcome: 'mac-failure' }

/** How a card without GBA takes a challenge in 3G context: CK and IK leave it (GBA_ME). */
export type CardUmtsOutcome =
  | { readonly outcome: 'success'; readonly res: Secret; readonly ck: Secret; readonly ik: Secret }
  | Exclude<CardChallengeOutcome, { readonly outcome: 'success' }>

/** EF_GBABP: the bootstrapping session that the card holds. TS 31.102 4.2.79 */
export interface CardBootstrap {
  /** RAND of the bootstrapping run, 16 octets. */
  readonly rand: Uint8Array
  readonly btid: Btid
  /** Key lifetime as the terminal wrote it: an XML date-time in UTC. */
  readonly keyLifetime: string
}

/** How a card takes START EUKEY. K-1 */
export type EuKeyStartOutcome =
  /** RAND_client, drawn by the card: 16 octets. */
  | { readonly outcome: 'started'; readonly randomClient: Uint8Array }
  /** 6A 88: it keeps no Ks_int_NAF for this NAF_Id. */
  | { readonly outcome: 'unknown-naf-id' }
  /** 6D 00 or 6E 00: it has no such commands. */
  | { readonly outcome: 'not-offered' }

/** How a card takes PROVE EUKEY. K-1 */
export type EuKeyProofOutcome =
  /** HASH of the client, 32 octets. */
  | { readonly outcome: 'proved'; readonly hash: Uint8Array }
  /** 69 85: somebody else used the card meanwhile, or it was reset. */
  | { readonly outcome: 'out-of-turn' }

/** How a card takes CONFIRM EUKEY. K-1 */
export type EuKeyConfirmationOutcome =
  /** 32 octets. */
  | { readonly outcome: 'confirmed'; readonly sessionKey: Secret }
  /** 98 62: the server did not prove that it knows the EUKey. */
  | { readonly outcome: 'hash-wrong' }
  | Extract<EuKeyProofOutcome, { readonly outcome: 'out-of-turn' }>

/** The handshake with Ks_int_NAF, done by the card. Only for `HMAC-SHA-256`. K-1, M-2, M-3 */
export interface EuKeyOperations {
  /** Begins an exchange, in place of an outstanding one. */
  start(): Promise<EuKeyStartOutcome>
  prove(proof: EuKeyProof): Promise<EuKeyProofOutcome>
  confirm(confirmation: EuKeyConfirmation): Promise<EuKeyConfirmationOutcome>
}

/** One application of a UICC, selected and ready. Methods run one at a time. */
export interface GbaCard {
  readonly application: 'USIM' | 'ISIM' | 'CSIM'
  readonly impi: Impi
  /** BSF of the home network, from the IMSI or the ISIM home domain. TS 23.003 16.2 */
  readonly bsfName: Fqdn
  /** Whether the service table says that the card does GBA itself (GBA_U). */
  readonly supportsGbaU: boolean
  /** Bootstrapping mode. @throws {TransportFailed} Or `Unsupported`, naming the status word. */
  bootstrap(challenge: {
    readonly rand: Uint8Array
    readonly autn: Uint8Array
  }): Promise<CardChallengeOutcome>
  /** 3G context, for GBA_ME with a card that has no GBA. */
  authenticateUmts(challenge: {
    readonly rand: Uint8Array
    readonly autn: Uint8Array
  }): Promise<CardUmtsOutcome>
  /**
   * Writes B-TID and lifetime to EF_GBABP after a good bootstrapping run; where the file does not take them,
   * the terminal remembers them until `close`.
   */
  writeBootstrap(bootstrap: Omit<CardBootstrap, 'rand'>): Promise<void>
  /** What EF_GBABP holds, if it is complete and its B-TID is that of its RAND. */
  readBootstrap(): Promise<CardBootstrap | undefined>
  /** NAF derivation mode: Ks_ext_NAF, 32 octets; `undefined` if the card has no Ks (69 85). */
  deriveKsExtNaf(nafId: NafId): Promise<Secret | undefined>
  /**
   * The EUKey operations with the Ks_int_NAF of a NAF, which `deriveKsExtNaf` makes and the card keeps.
   * Absent if it is known that the card has none.
   */
  euKeyOperations?(nafId: NafId): EuKeyOperations
  /** Releases the card. Safe to call twice. */
  close(): Promise<void>
}
