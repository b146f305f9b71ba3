/** How a server treats the password path. M-5, M-7, Design 12 */
import { DEFAULT_COST, type ScryptCost } from '../cpns/password-keys.ts'
import type { AttemptDelays } from './user-store.ts'

/** Settings of the password path. */
export interface PasswordPolicy {
  /** Life of an EUKey that is handed over, in seconds; 30 days. Design 12 */
  readonly euKeyLifetimeSeconds: number
  /**
   * Whether a PNE may ask through its PN GW, which can then guess the password offline. M-7
   */
  readonly pneAssignment: 'refuse' | 'trusted-gateway'
  /** Of new passwords, and of the challenge that an unknown UserID gets. */
  readonly cost: ScryptCost
  /** Attempts without a delay. */
  readonly freeAttempts: {
    readonly user: number
    readonly entity: number
    readonly address: number
  }
  readonly delays: AttemptDelays
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_SECONDS = 86_400

/** What a server does unless it is told otherwise. */
export const DEFAULT_PASSWORD_POLICY: PasswordPolicy = {
  euKeyLifetimeSeconds: 30 * DAY_SECONDS,
  pneAssignment: 'refuse',
  cost: DEFAULT_COST,
  freeAttempts: { user: 3, entity: 3, address: 20 },
  delays: { firstMs: 1_000, longestMs: 15 * MINUTE_MS, forgetAfterMs: 24 * HOUR_MS },
}

/** What is set over what is not. */
export function passwordPolicyOf(set: Partial<PasswordPolicy> = {}): PasswordPolicy {
  return { ...DEFAULT_PASSWORD_POLICY, ...set }
}
