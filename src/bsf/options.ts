/** What a BSF is configured with, and what it is given. Design 3 */
import type { Zh } from '../gba/zh.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Trace } from '../trace/trace.ts'
import type { BsfStore } from './bsf-store.ts'
import type { ChallengeLimitOptions } from './challenge-limits.ts'
import type { UnknownImpiOptions } from './unknown-impi.ts'

/** What one NAF may do. TS 33.220 4.5.3 */
export interface NafRule {
  /** Identity of the NAF on Zn, for instance its Diameter Origin-Host. */
  readonly originHost: string
  /** FQDNs that it may have keys for. */
  readonly fqdns: readonly Fqdn[]
  /** Its group: a USS that names a group is only for NAFs of that group. */
  readonly nafGroup?: string
  /** Whether a subscriber without a USS of the service asked for is refused. Default: no. */
  readonly ussRequired?: boolean
}

/** How a BSF works. */
export interface BsfOptions {
  /** FQDN of this BSF: realm of Ub and domain of its B-TIDs. */
  readonly bsfName: Fqdn
  /** The NAFs that may ask; no other gets a key. */
  readonly nafs: readonly NafRule[]
  /** Life of a Ks where the GUSS does not say; default 24 h. */
  readonly keyLifetimeSeconds?: number
  /** How long a challenge may be answered; default 60 s. */
  readonly challengeLifetimeMs?: number
  /** Challenges a minute of one user and of one address; over it 429. Default: no limit. */
  readonly challengeLimits?: ChallengeLimitOptions
  /** Challenges for IMPIs that the HSS does not know, too. Default: they get 403 at once. */
  readonly unknownImpi?: UnknownImpiOptions
  /** Product token of the Server header; default `cpns-bsf`. */
  readonly product?: string
  /** Name of the UE in the trace; default `PN GW`. */
  readonly ueName?: string
  /**
   * Whether XRES of GBA_U is flipped (TS 33.220 5.3.2), which is from memory. False only to test against a
   * card that does not flip RES either. Default: true.
   */
  readonly flipsRes?: boolean
}

/** What a BSF is given. */
export interface BsfPorts {
  readonly zh: Zh
  readonly store: BsfStore
  readonly clock: Clock
  readonly random: Random
  readonly trace?: Trace
  readonly log?: Log
}
