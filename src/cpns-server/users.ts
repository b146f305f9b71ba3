/** CPNS Users and what an unknown UserID is answered with. CR 7.4.3.1, M-5 */
import type { KdfParameters } from '../cpns/exchange-state.ts'
import {
  derivePasswordKeys,
  type PasswordKeys,
  SALT_LENGTH,
  type ScryptCost,
} from '../cpns/password-keys.ts'
import { hmacSha256 } from '../crypto/hash.ts'
import { Secret } from '../crypto/secret.ts'
import type { UserId } from '../identity/user-id.ts'
import { utf8 } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { User, UserStore } from './user-store.ts'

/** What the server holds against a HASH. */
export interface Verifier {
  readonly kdf: KdfParameters
  readonly keys: PasswordKeys
  /** Absent if there is no such user: then no HASH verifies. */
  readonly user?: User
}

/** Finds what a UserID is challenged with and judged by. */
export interface VerifierFinder {
  /** In the same time and form whether or not there is such a user. */
  find(userId: UserId): Promise<Verifier>
}

const SECRET_LENGTH = 32

/**
 * A user with a fresh salt; the password itself is not in it.
 *
 * @param user.password As `parsePassword` gives it.
 */
export async function makeUser(
  { userId, password, cost }: { userId: UserId; password: Secret; cost: ScryptCost },
  ports: { readonly clock: Clock; readonly random: Random },
): Promise<User> {
  const kdf = { kdf: 'scrypt', salt: ports.random.octets(SALT_LENGTH), ...cost } as const
  const keys = await derivePasswordKeys(password, kdf)
  const nowMs = ports.clock.nowMs()
  return { userId, kdf, keys, createdAtMs: nowMs, changedAtMs: nowMs }
}

/** @param cost Of the challenge that an unknown UserID gets. */
export function createVerifierFinder(
  cost: ScryptCost,
  ports: { readonly store: UserStore; readonly random: Random },
): VerifierFinder {
  let secret: Promise<Secret> | undefined
  const secretOnce = (): Promise<Secret> => {
    secret ??= ports.store.madeUpSaltSecret(Secret.of(ports.random.octets(SECRET_LENGTH)))
    // A failed store is asked again.
    secret.catch(() => {
      secret = undefined
    })
    return secret
  }
  return {
    async find(userId) {
      const madeUp = makeUp(await secretOnce(), userId, cost)
      const user = await ports.store.findUser(userId)
      return user === undefined ? madeUp : { kdf: user.kdf, keys: user.keys, user }
    },
  }
}

/** The same each time for one UserID, so that asking twice tells nothing. */
function makeUp(secret: Secret, userId: UserId, cost: ScryptCost): Verifier {
  const derive = (what: string): Uint8Array =>
    hmacSha256(secret.reveal(), utf8(what), Uint8Array.of(0), utf8(userId))
  const salt = derive('salt').subarray(0, SALT_LENGTH)
  const keys = { authKey: Secret.of(derive('auth')), wrapBase: Secret.of(derive('wrap')) }
  return { kdf: { kdf: 'scrypt', salt, ...cost }, keys }
}
