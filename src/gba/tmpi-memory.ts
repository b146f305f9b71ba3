/**
 * What a UE remembers from one bootstrapping run to the next, so that it can name itself by a TMPI.
 * TS 33.220 4.5.2, B.4
 *
 * The TMPI itself is made when it is needed, of the Ks that UE or card still holds: a UE that bootstraps
 * once never asks its card for it.
 */
import type { Secret } from '../crypto/secret.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { NafId } from '../identity/naf-id.ts'
import { formatTmpi, tmpiNafId } from './tmpi.ts'

/** The run that the next TMPI is made of. */
export interface TmpiOrigin {
  /** BSF that understands TMPI. */
  readonly bsfName: Fqdn
  /** Ks_NAF or Ks_ext_NAF, 32 octets; `undefined` if the card holds another Ks by now. */
  deriveKsNaf(nafId: NafId): Promise<Secret | undefined>
}

/** The memory of one UE for one card. */
export interface TmpiMemory {
  /**
   * The TMPI that this BSF knows the UE by.
   *
   * @returns `undefined` if there is none, so that the IMPI is to be sent.
   * @throws {TransportFailed} If the card is gone.
   */
  recall(bsfName: Fqdn): Promise<string | undefined>
  /** After a run with a BSF that understands TMPI. */
  learn(origin: TmpiOrigin): void
  /** After a run with a BSF that does not, or one that refused the TMPI. */
  forget(): void
}

/** An empty memory; it lives as long as the process. */
export function createTmpiMemory(): TmpiMemory {
  let last: TmpiOrigin | undefined
  return {
    async recall(bsfName) {
      if (last?.bsfName !== bsfName) return undefined
      const key = await last.deriveKsNaf(tmpiNafId(bsfName))
      const tmpi = key && formatTmpi(key)
      key?.wipe()
      return tmpi
    },
    learn(origin) {
      last = origin
    },
    forget() {
      last = undefined
    },
  }
}
