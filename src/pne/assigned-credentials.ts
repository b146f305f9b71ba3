/** The EUKey of a device that was given one: `KeyType="assigned"`. Design 6, K-4 */
import { ConnectRefused, type CredentialSource } from '../cpns/credentials.ts'
import { AuthenticationFailed } from '../errors/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { PneStore } from './pne-store.ts'

/**
 * Reads the EUKey from the device's store; there is nothing to make a new one from.
 *
 * @param advice What a person can do about it; default nothing.
 */
export function createAssignedCredentials(
  ports: { readonly store: Pick<PneStore, 'loadEuKey'>; readonly clock: Clock },
  advice?: string,
): CredentialSource {
  const advised = (sentence: string): string =>
    advice === undefined ? sentence : `${sentence}: ${advice}`
  return {
    async obtain(refused) {
      if (refused !== undefined)
        throw new ConnectRefused(advised('the server has no such EUKey'), 402)
      const euKey = await ports.store.loadEuKey()
      if (euKey === undefined) throw new AuthenticationFailed(advised('this device has no EUKey'))
      if (euKey.expiresAtMs <= ports.clock.nowMs()) {
        throw new AuthenticationFailed(advised('the EUKey of this device has expired'))
      }
      return { euKey: euKey.key, keyType: 'assigned' }
    },
  }
}
