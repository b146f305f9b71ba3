/** The 3G authentication vector, as it travels from the AuC. TS 33.102 6.3.2 */
import type { Secret } from '../crypto/secret.ts'

/** One vector (a quintet); for one authentication only. */
export interface AuthenticationVector {
  /** 16 octets. */
  readonly rand: Uint8Array
  /** (SQN xor AK) ‖ AMF ‖ MAC-A, 16 octets. */
  readonly autn: Uint8Array
  /** 4 to 16 octets (to 32 with TUAK). */
  readonly xres: Secret
  /** 16 octets (32 possible with TUAK, not with GBA). */
  readonly ck: Secret
  /** As `ck`. */
  readonly ik: Secret
}
