/** Durable state of the BSF: bootstrapping sessions and the challenges that were used. Design 9. */

import type { SealingKeyStore } from '../crypto/sealing-ring.ts'
import type { Secret } from '../crypto/secret.ts'
import type { Btid } from '../identity/btid.ts'
import type { Impi } from '../identity/impi.ts'
import type { Store } from '../ports/store.ts'

/** One bootstrapping session: what a B-TID stands for. TS 33.220 4.5.2 */
export interface BootstrappingSession {
  readonly btid: Btid
  readonly impi: Impi
  /** 16 octets. */
  readonly rand: Uint8Array
  /** CK ‖ IK, 32 octets; sealed at rest. */
  readonly ks: Secret
  readonly gbaType: 'GBA_U' | 'GBA_ME'
  /** UTC milliseconds. */
  readonly createdAtMs: number
  /** UTC milliseconds, whole seconds. */
  readonly expiresAtMs: number
  /** GBA user security settings as XML, as the HSS gave them. */
  readonly guss?: string | undefined
}

/** A challenge is known by its RAND; it is answered once. */
export interface UsedChallenge {
  /** 16 octets. */
  readonly rand: Uint8Array
  /** UTC milliseconds after which nobody could answer it anyway, so that the row can go. */
  readonly forgetAfterMs: number
}

/** Bootstrapping sessions, each method one transaction. */
export interface BsfStore extends Store, SealingKeyStore {
  /**
   * Marks the challenge as answered and stores the session, both or none.
   *
   * @param tmpi The new TMPI of the IMPI, in place of its former one. TS 33.220 4.5.2
   * @returns `challenge-used` if that challenge was answered before, `duplicate-btid` if RAND was met
   * before; nothing is changed then.
   */
  completeBootstrapping(
    session: BootstrappingSession,
    challenge: UsedChallenge,
    tmpi?: string,
  ): Promise<'completed' | 'challenge-used' | 'duplicate-btid'>
  /** Marks a challenge as answered (wrong response, AUTS). @returns Whether it was not before. */
  useChallenge(challenge: UsedChallenge): Promise<boolean>
  /** The session of a B-TID, unless it has expired at `nowMs`. */
  findBootstrappingSession(btid: Btid, nowMs: number): Promise<BootstrappingSession | undefined>
  /** The IMPI that a TMPI stands for; it stands for it until the IMPI gets another one. */
  findImpiOfTmpi(tmpi: string): Promise<Impi | undefined>
  /** Removes what has expired at `nowMs`. @returns How many rows went. */
  removeExpired(nowMs: number): Promise<number>
}
