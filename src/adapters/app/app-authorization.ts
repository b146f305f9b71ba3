/** Who may use the application API: the bearer of an API key. RFC 6750 2.1, Design 8 */
import { apiKeyDigest } from '../../app/api-key.ts'
import type { ApiKeyRecord, ApiScope, AppStore } from '../../app/app-store.ts'
import type { Clock } from '../../ports/clock.ts'
import { bearerOf, createFailureLimit } from '../rest/failure-limit.ts'
import { Problem } from '../rest/problem.ts'

/** Finds the key of a request. */
export interface AppAuthorization {
  /** @throws {Problem} 401, 403 or 429. */
  authorize(
    request: { readonly authorization: string | undefined; readonly address: string },
    scope: ApiScope,
  ): Promise<ApiKeyRecord>
}

/** Keys are found by their digest; an address that keeps failing waits. */
export function createAppAuthorization(ports: {
  readonly store: Pick<AppStore, 'findApiKey'>
  readonly clock: Clock
}): AppAuthorization {
  const limit = createFailureLimit(ports.clock)
  return {
    async authorize({ authorization, address }, scope) {
      limit.assertMayTry(address)
      const text = bearerOf(authorization)
      const digest = text === undefined ? undefined : apiKeyDigest(text)
      const key = digest === undefined ? undefined : await ports.store.findApiKey(digest)
      if (key === undefined) {
        limit.count(address)
        throw new Problem(401, 'An API key is needed: Authorization: Bearer cpns_…')
      }
      if (!key.scopes.includes(scope)) throw new Problem(403, `The API key is not for: ${scope}`)
      return key
    },
  }
}
