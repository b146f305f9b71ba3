/** What a NAF is configured with, and what it is given. TS 33.222 5.3, Design 3 */
import type { Zn } from '../gba/zn.ts'
import type { DigestAlgorithm } from '../http-digest/digest.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { UaId } from '../identity/naf-id.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Trace } from '../trace/trace.ts'
import type { KeyUse } from './realm.ts'
import type { ZnLookupLimits } from './zn-lookup.ts'

/** How a NAF works. */
export interface NafOptions {
  /** Names of this NAF; the Host header chooses among them and decides nothing else. */
  readonly nafFqdns: readonly Fqdn[]
  /** Other hosts by which it may be called, in lower case (an IP address, say), and the name they stand for. */
  readonly hostAliases?: Readonly<Record<string, Fqdn>>
  /** Kinds of key that are accepted, in the order in which they are offered; default `ME` alone. */
  readonly keyUses?: readonly KeyUse[]
  /** Whether a card must do GBA itself; default: no. */
  readonly requireGbaU?: boolean
  /** In the order in which they are offered; default SHA-256, then MD5. */
  readonly algorithms?: readonly UaAlgorithm[]
  /** Whether `auth` will do without TLS, so that nothing protects a body; default: no. */
  readonly allowAuthWithoutTls?: boolean
  /** Services whose user security settings are wanted; default none. */
  readonly gsids?: readonly number[]
  /** Where TLS ends somewhere else: the Ua id of all connections; default each connection's own. */
  readonly uaId?: UaId
  /** Life of a nonce; default 5 minutes. */
  readonly nonceLifetimeMs?: number
  /** Nonces whose counts are remembered; default 100,000. */
  readonly noncesRemembered?: number
  readonly znLimits?: Partial<ZnLookupLimits>
}

/** Algorithms of Ua; those of AKA belong to Ub. */
export type UaAlgorithm = Exclude<DigestAlgorithm, 'AKAv1-MD5'>

/** What a NAF is given. */
export interface NafPorts {
  /** The `bsfs` table: Zn peers by BSF name. */
  readonly zn: ReadonlyMap<string, Zn>
  readonly clock: Clock
  readonly random: Random
  readonly log?: Log
  readonly trace?: Trace
}

/** Options with their defaults. */
export type NafSettings = Required<Omit<NafOptions, 'uaId'>> & Pick<NafOptions, 'uaId'>

/** A key is remembered for so long: a revoked one is good for a minute at most. */
const ZN_LIMITS = { perAddressAMinute: 60, positiveMs: 60_000 } as const

/** @throws {RangeError} If there is no FQDN, no kind of key or no algorithm, or a number is not positive. */
export function nafSettingsOf(options: NafOptions): NafSettings {
  const settings: NafSettings = {
    hostAliases: {},
    keyUses: ['ME'],
    requireGbaU: false,
    algorithms: ['SHA-256', 'MD5'],
    allowAuthWithoutTls: false,
    gsids: [],
    nonceLifetimeMs: 300_000,
    noncesRemembered: 100_000,
    ...options,
    znLimits: { ...ZN_LIMITS, ...options.znLimits },
  }
  for (const name of ['nafFqdns', 'keyUses', 'algorithms'] as const) {
    if (settings[name].length === 0) throw new RangeError(`${name} is empty`)
  }
  for (const name of ['nonceLifetimeMs', 'noncesRemembered'] as const) {
    const value = settings[name]
    if (!Number.isInteger(value) || value <= 0) {
      throw new RangeError(`${name} is not a positive whole number`)
    }
  }
  return settings
}
