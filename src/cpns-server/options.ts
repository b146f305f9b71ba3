/** What a CPNS Server is told: its names, its policy, its limits. Design 4, 5, 12 */

import type { Algorithm } from '../cpns/algorithms.ts'
import type { KeyType } from '../cpns/key-type.ts'
import type { SealingRing } from '../crypto/sealing-ring.ts'
import type { Zn } from '../gba/zn.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { UaId } from '../identity/naf-id.ts'
import type { ZnLookupLimits } from '../naf/zn-lookup.ts'
import type { Bus } from '../ports/bus.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Trace } from '../trace/trace.ts'
import type { PasswordPolicy } from './password-policy.ts'
import type { MailboxQuota, ServerStore } from './server-store.ts'

/** The kinds of EUKey that a GBA_U run gives. K-1 */
export type GbaKeyType = Extract<KeyType, 'ks-ext-naf' | 'ks-int-naf'>

/** Validated settings of one server. */
export interface CpnsServerOptions {
  /** The server's own EntityID, sender of its messages. */
  readonly entityId: EntityId
  /** Names this process in the `attachments` table. */
  readonly nodeId: string
  /** NAF FQDN of this server; never taken from a peer. Design 4 */
  readonly nafFqdn: Fqdn
  /** Ua security protocol identifier of the EUKey. Design 4 */
  readonly uaId: UaId
  /** Which key of a GBA_U run is the EUKey. K-1 */
  readonly gbaKeyType: GbaKeyType
  /**
   * GAA-Service-Identifier of this service. If set, its user security settings are asked for on Zn, and
   * their key choice may demand `ks-int-naf` of a subscriber, whatever `gbaKeyType` says. K-1
   */
  readonly gsid?: number
  /** Whether a card without GBA_U is good enough. K-2; default of the commands is false. */
  readonly allowGbaMe: boolean
  /** What happens to an entity without owner. K-4; default of the commands is `refuse`. */
  readonly firstUse: 'refuse' | 'bind'
  /** Accepted, best first. M-2 */
  readonly algorithms: readonly Algorithm[]
  /** Life of a session by role, in seconds; read for each new session. */
  readonly sessionLifetimeSeconds: { readonly pnGw: number; readonly pne: number }
  /** Longest life of a registration of a PN, in seconds; default a day. */
  readonly pnLifetimeSeconds?: number
  /** How much may wait for one recipient; over it its senders are asked to wait. Default `DEFAULT_MAILBOX_QUOTA`. */
  readonly mailbox?: MailboxQuota
  readonly znLimits?: Partial<ZnLookupLimits>
  /** EUKeys by UserID and password. M-5 */
  readonly passwords?: Partial<PasswordPolicy>
}

/** What a server is given. */
export interface CpnsServerPorts {
  readonly store: ServerStore
  readonly bus: Bus
  /** The `bsfs` table: the way to each BSF by its name. Design 4 */
  readonly zn: ReadonlyMap<string, Zn>
  /** Seals `State`; purpose `cpns state`. K-6 */
  readonly stateRing: SealingRing
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  readonly log: Log
}

/** Both, as the parts of the role share them. */
export interface ServerContext {
  readonly options: CpnsServerOptions
  readonly ports: CpnsServerPorts
}
