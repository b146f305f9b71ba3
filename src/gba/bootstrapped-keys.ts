/** What a UE has after a bootstrapping run, wherever Ks is. TS 33.220 4.5.2, 5.3.2 */
import type { Secret } from '../crypto/secret.ts'
import type { Btid } from '../identity/btid.ts'
import type { Impi } from '../identity/impi.ts'
import { encodeNafId, type NafId } from '../identity/naf-id.ts'
import type { GbaCard } from './gba-card.ts'
import { deriveKsNaf, ksOf } from './ks-naf.ts'

/** A bootstrapping session as the UE holds it. TS 33.220 4.5.2 */
export interface BootstrappedKeys {
  readonly btid: Btid
  readonly impi: Impi
  /** UTC milliseconds of the UE's own clock. */
  readonly expiresAtMs: number
  /** Where Ks is: in the card, or in the UE. */
  readonly gbaType: 'GBA_U' | 'GBA_ME'
  /**
   * Ks_ext_NAF from the card, or Ks_NAF of GBA_ME; 32 octets.
   *
   * @returns `undefined` if the card holds another bootstrapping session by now, or none.
   * @throws {TransportFailed} If the card is gone.
   */
  deriveKsNaf(nafId: NafId): Promise<Secret | undefined>
}

/** Keys of GBA_ME: Ks is in the UE, and the keys are made there. TS 33.220 4.5.2 */
export function keysInUe(
  card: { readonly ck: Secret; readonly ik: Secret },
  { rand }: { readonly rand: Uint8Array },
  { impi }: { readonly impi: Impi },
): Pick<BootstrappedKeys, 'gbaType' | 'deriveKsNaf'> {
  const ks = ksOf(card)
  return {
    gbaType: 'GBA_ME',
    deriveKsNaf: async (nafId) => deriveKsNaf(ks, { rand, impi, nafId: encodeNafId(nafId) }),
  }
}

/**
 * Keys of a bootstrapping session that a GBA_U card holds. Somebody else may have bootstrapped with the
 * card since: then its keys are those of another B-TID.
 */
export function keysInCard(
  card: GbaCard,
  btid: Btid,
): Pick<BootstrappedKeys, 'gbaType' | 'deriveKsNaf'> {
  return {
    gbaType: 'GBA_U',
    async deriveKsNaf(nafId) {
      const held = await card.readBootstrap()
      return held?.btid === btid ? card.deriveKsExtNaf(nafId) : undefined
    },
  }
}
