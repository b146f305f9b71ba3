/** Why a request to a NAF goes no further, before it is written as HTTP. TS 24.109 5.2 */
import type { KeyUse } from './realm.ts'
import type { RefusalStatus } from './ua-exchange.ts'

/** A refusal that no bootstrapping run can mend. */
export interface PlainRefusal {
  readonly outcome: 'refused'
  readonly status: Exclude<RefusalStatus, 401>
  readonly reason: string
  readonly retryAfterSeconds?: number
}

/** 401: bootstrapping required, or bootstrapping again. TS 24.109 5.2.4 and 5.2.5 */
export interface Challenged {
  readonly outcome: 'challenged'
  readonly reason: string
  /** The credentials may be good, only the nonce is not: no new bootstrapping run is needed. */
  readonly isStale?: boolean
  /** Fewer kinds of key than usual are accepted. */
  readonly keyUses?: readonly KeyUse[]
}

/** A request that goes no further. */
export type Refusal = PlainRefusal | Challenged

/** A refusal that no bootstrapping run can mend. */
export function refuse(
  status: PlainRefusal['status'],
  reason: string,
  retryAfterSeconds?: number,
): PlainRefusal {
  return {
    outcome: 'refused',
    status,
    reason,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  }
}

/** Bootstrapping required or renegotiated. */
export function challenge(
  reason: string,
  details: { readonly isStale?: boolean; readonly keyUses?: readonly KeyUse[] } = {},
): Challenged {
  return { outcome: 'challenged', reason, ...details }
}
