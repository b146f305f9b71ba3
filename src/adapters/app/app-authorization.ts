/** Who may use the application API: the bearer of an API key. RFC 6750 2.1, Design 8 */
import { apiKeyDigest } from '../../app/api-key.ts'
import type { ApiKeyRecord, ApiScope, AppStore } from '../../app/app-store.ts'
import type { Clock } from '../../ports/clock.ts'
import { Problem } from './problem.ts'

/** Failed attempts of one address within a minute, after which it has to wait. */
const MOST_FAILURES = 20
const MINUTE_MS = 60_000
/** Addresses that are remembered; the oldest is forgotten first. */
const MOST_ADDRESSES = 10_000

/** Finds the key of a request. */
export interface AppAuthorization {
  /** @throws {Problem} 401, 403 or 429. */
  authorize(
    request: { readonly authorization: string | undefined; readonly address: string },
    scope: ApiScope,
  ): Promise<ApiKeyRecord>
}

/** Keys are random, so that guessing is hopeless; the limit keeps it from costing anything. */
export function createAppAuthorization(ports: {
  readonly store: Pick<AppStore, 'findApiKey'>
  readonly clock: Clock
}): AppAuthorization {
  const failures = new Map<string, { count: number; readonly sinceMs: number }>()

  const failuresOf = (address: string): { count: number; readonly sinceMs: number } => {
    const nowMs = ports.clock.monotonicMs()
    const former = failures.get(address)
    if (former !== undefined && nowMs - former.sinceMs < MINUTE_MS) return former
    const fresh = { count: 0, sinceMs: nowMs }
    failures.delete(address)
    return fresh
  }

  const countFailure = (address: string): void => {
    const entry = failuresOf(address)
    entry.count += 1
    failures.set(address, entry)
    const [oldest] = failures.keys()
    if (failures.size > MOST_ADDRESSES && oldest !== undefined) failures.delete(oldest)
  }

  return {
    async authorize({ authorization, address }, scope) {
      if (failuresOf(address).count >= MOST_FAILURES) throw new Problem(429)
      const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
      const digest = text === undefined ? undefined : apiKeyDigest(text)
      const key = digest === undefined ? undefined : await ports.store.findApiKey(digest)
      if (key === undefined) {
        countFailure(address)
        throw new Problem(401, 'An API key is needed: Authorization: Bearer cpns_…')
      }
      if (!key.scopes.includes(scope)) throw new Problem(403, `The API key is not for: ${scope}`)
      return key
    },
  }
}
