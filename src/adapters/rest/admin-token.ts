/**
 * The bearer of an admin API: 32 random octets in a file of their owner, made at the first start. RFC 6750 2.1
 * Who can read the file administers the entity; who cannot is refused.
 */
import { sha256 } from '../../crypto/hash.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { equalOctets, utf8 } from '../../octets/octets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import { makeSecretFile, readSecretFile } from '../files/secret-file.ts'
import { bearerOf, createFailureLimit } from './failure-limit.ts'
import { Problem } from './problem.ts'

/** Judges the `Authorization` header of a request. */
export interface AdminAuthorization {
  /** @throws {Problem} 401, or 429 for an address that failed too often. */
  authorize(request: { readonly authorization: string | undefined; readonly address: string }): void
  /** Whether a text is the token; who asks bounds how often. */
  isToken(text: string): boolean
}

const PREFIX = 'cpnsadmin_'
const TOKEN_LENGTH = 32
const FORM = /^cpnsadmin_[A-Za-z0-9_-]{43}$/
const NAME = 'admin token file'

/**
 * Opens the token file, and makes it if it is not there.
 *
 * @throws {ConfigurationInvalid} If others may read the file, or it holds no token.
 */
export function openAdminToken(
  path: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): AdminAuthorization {
  const fresh = PREFIX + Buffer.from(random.octets(TOKEN_LENGTH)).toString('base64url')
  makeSecretFile({ path, name: NAME }, fresh, random)
  const token = readSecretFile({ path, name: NAME }).trim()
  if (!FORM.test(token)) throw new ConfigurationInvalid(`${NAME} ${path}: it holds no token`)
  const digest = sha256(utf8(token))
  const limit = createFailureLimit(clock)
  // Digests, so that nothing tells how much of a token was right.
  const isToken = (text: string): boolean => equalOctets(sha256(utf8(text)), digest)
  return {
    isToken,
    authorize({ authorization, address }) {
      limit.assertMayTry(address)
      const given = bearerOf(authorization)
      if (given !== undefined && isToken(given)) return
      limit.count(address)
      throw new Problem(401, 'The admin token is needed: Authorization: Bearer cpnsadmin_…')
    },
  }
}
