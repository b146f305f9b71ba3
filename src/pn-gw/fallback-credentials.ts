/**
 * A card that may give way to a password. K-3, M-8: never silently, only where configuration says so, and
 * only over TLS that has verified the server, because a refusal of GBA is not authenticated.
 */
import type { CredentialSource, Credentials } from '../cpns/credentials.ts'
import { AuthenticationFailed, Unsupported } from '../errors/errors.ts'
import type { Log } from '../ports/log.ts'

/** Both sources, and who is told. */
export interface FallbackSources {
  /** With the card. */
  readonly gba: CredentialSource
  /** With the EUKey of a password. */
  readonly password: CredentialSource
  readonly log: Log
}

/**
 * The EUKey of the card as long as GBA works. A bootstrapping run that fails, a card that is of no use and a
 * server that demands another kind of key count as failure; a BSF that cannot be reached does not, because
 * trying again may help. The next handshake begins with the card again.
 */
export function createFallbackCredentials({
  gba,
  password,
  log,
}: FallbackSources): CredentialSource {
  let isPasswordInUse = false
  const orPassword = async (trying: Promise<Credentials> | undefined): Promise<Credentials> => {
    try {
      if (trying === undefined) throw new AuthenticationFailed('the card has only one kind of key')
      return await trying
    } catch (error) {
      if (!(error instanceof AuthenticationFailed || error instanceof Unsupported)) throw error
      log.warn('gba-failed-password-used', { reason: error.message })
      isPasswordInUse = true
      return password.obtain()
    }
  }
  return {
    obtain(refused) {
      if (refused !== undefined && isPasswordInUse) return password.obtain(refused)
      isPasswordInUse = false
      return orPassword(gba.obtain(refused))
    },
    raiseDemand: (keyType) => orPassword(gba.raiseDemand?.(keyType)),
  }
}
