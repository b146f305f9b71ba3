/** Who may see the console: whoever knows the administrator's password, for as long as the cookie lives. Design 11 */

import { addressGroup } from '../../identity/address-group.ts'
import { toHex } from '../../octets/octets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'

/** Name of the cookie. */
export const CONSOLE_COOKIE = 'cpns_console'

/** Logging in and out. */
export interface ConsoleLogin {
  /** @returns The session's token; `wrong`, or `too-many` attempts of this address within a minute. */
  logIn(attempt: {
    readonly password: string
    readonly address: string
  }): Promise<{ readonly token: string } | 'wrong' | 'too-many'>
  /** Whether a token's session lives; each use keeps it for two hours, twelve at most. */
  isValid(token: string | undefined): boolean
  logOut(token: string | undefined): void
}

/** What it is given. */
export interface ConsoleLoginPorts {
  /** Compares in constant time. */
  readonly verifyPassword: (password: string) => Promise<boolean>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly random: Random
}

const IDLE_MS = 2 * 3_600_000
const LONGEST_MS = 12 * 3_600_000
const MOST_SESSIONS = 200
const MOST_ATTEMPTS = 5
const MINUTE_MS = 60_000
const MOST_ADDRESSES = 1000
const TOKEN_LENGTH = 32

/** Sessions live in memory: a restart logs everybody out. */
export function createConsoleLogin({
  verifyPassword,
  clock,
  random,
}: ConsoleLoginPorts): ConsoleLogin {
  const sessions = new Map<string, { readonly sinceMs: number; usedMs: number }>()
  const attempts = new Map<string, { count: number; readonly sinceMs: number }>()

  const countAttempt = (address: string): number => {
    const nowMs = clock.monotonicMs()
    const former = attempts.get(address)
    const isFresh = former === undefined || nowMs - former.sinceMs >= MINUTE_MS
    const entry = isFresh ? { count: 0, sinceMs: nowMs } : former
    entry.count += 1
    attempts.delete(address)
    attempts.set(address, entry)
    dropOldest(attempts, MOST_ADDRESSES)
    return entry.count
  }

  return {
    async logIn({ password, address: asker }) {
      const address = addressGroup(asker)
      if (countAttempt(address) > MOST_ATTEMPTS) return 'too-many'
      if (!(await verifyPassword(password))) return 'wrong'
      attempts.delete(address)
      const token = toHex(random.octets(TOKEN_LENGTH))
      const nowMs = clock.monotonicMs()
      sessions.set(token, { sinceMs: nowMs, usedMs: nowMs })
      dropOldest(sessions, MOST_SESSIONS)
      return { token }
    },
    isValid(token) {
      const session = token === undefined ? undefined : sessions.get(token)
      if (token === undefined || session === undefined) return false
      const nowMs = clock.monotonicMs()
      if (nowMs - session.usedMs > IDLE_MS || nowMs - session.sinceMs > LONGEST_MS) {
        sessions.delete(token)
        return false
      }
      session.usedMs = nowMs
      return true
    },
    logOut(token) {
      if (token !== undefined) sessions.delete(token)
    },
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}
