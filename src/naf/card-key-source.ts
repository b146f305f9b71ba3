/**
 * Keys of Ua for a client with a card: bootstraps over Ub when it must, derives a key for each NAF_Id.
 * TS 33.220 4.5.2 and 4.5.3
 */
import type { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed, Unsupported } from '../errors/errors.ts'
import { bootstrapError } from '../gba/bootstrap-failure.ts'
import type { BootstrappedKeys } from '../gba/bootstrapped-keys.ts'
import { createCardTurns } from '../gba/card-turns.ts'
import { readHeldKeys } from '../gba/held-keys.ts'
import { createTmpiMemory } from '../gba/tmpi-memory.ts'
import { type BootstrapInput, bootstrap } from '../gba/ub-client.ts'
import type { Btid } from '../identity/btid.ts'
import type { NafId } from '../identity/naf-id.ts'
import type { KeyUse } from './realm.ts'

/** A key of one NAF. */
export interface UaKey {
  readonly btid: Btid
  /** Ks_ext_NAF, Ks_NAF or Ks_int_NAF, 32 octets. */
  readonly key: Secret
  /** UTC milliseconds. */
  readonly expiresAtMs: number
}

/** What a client asks for. */
export interface UaKeyWanted {
  readonly nafId: NafId
  readonly keyUse: KeyUse
  /** B-TID that the NAF does not accept any more: a new bootstrapping run is needed. TS 24.109 5.2.5 */
  readonly refused?: Btid
}

/** Where a client has its keys from. */
export interface UaKeySource {
  /**
   * A key that is good now.
   *
   * @throws {AuthenticationFailed} Naming the check of the bootstrapping run that failed.
   * @throws {TransportFailed} If card or BSF cannot be reached.
   * @throws {Unsupported} If it has no keys of this use.
   */
  obtain(wanted: UaKeyWanted): Promise<UaKey>
}

/** A source with a card. A GBA_U card keeps Ks_int_NAF to itself, so it gives keys for the ME only. */
export function createCardKeySource(input: BootstrapInput): UaKeySource {
  const { card, clock, bsfName = card.bsfName } = input
  const inTurn = createCardTurns()
  const tmpiMemory = createTmpiMemory()
  let keys: BootstrappedKeys | undefined

  const derive = async (nafId: NafId): Promise<UaKey | undefined> => {
    const key = await keys?.deriveKsNaf(nafId)
    if (keys === undefined || key === undefined) return undefined
    return { btid: keys.btid, key, expiresAtMs: keys.expiresAtMs }
  }

  const obtain = async ({ nafId, refused }: UaKeyWanted): Promise<UaKey> => {
    keys ??= await readHeldKeys(card, bsfName)
    const isGood = keys !== undefined && keys.expiresAtMs > clock.nowMs() && keys.btid !== refused
    const known = isGood ? await derive(nafId) : undefined
    if (known !== undefined) return known
    keys = undefined
    const outcome = await bootstrap({ tmpiMemory, ...input })
    if (outcome.outcome !== 'success') throw bootstrapError(outcome)
    keys = outcome
    const made = await derive(nafId)
    if (made === undefined) throw new AuthenticationFailed('the card lost its bootstrapping key')
    return made
  }

  return {
    async obtain(wanted) {
      if (wanted.keyUse === 'UICC') throw new Unsupported('the card keeps Ks_int_NAF to itself')
      return inTurn(() => obtain(wanted))
    },
  }
}
