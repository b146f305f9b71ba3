/** Durable state of the HSS: subscribers and their SQN leases. Design 9. */
import type { Secret } from '../crypto/secret.ts'
import type { Impi } from '../identity/impi.ts'
import type { Store } from '../ports/store.ts'

/** What the AuC and the HSS keep of one subscriber. K and OPc (or TOPc) are sealed at rest (K-5). */
export interface Subscriber {
  readonly impi: Impi
  readonly algorithm: 'milenage' | 'tuak'
  /** K: 16 octets, with TUAK 16 or 32. */
  readonly subscriberKey: Secret
  /** OPc (16) or TOPc (32). */
  readonly operatorVariant: Secret
  /** Authentication management field, 2 octets. */
  readonly amf: Uint8Array
  /** GBA user security settings as XML. TS 29.109 Annex A */
  readonly guss?: string
  /** TUAK only: RES, CK and IK lengths in octets, MAC length in octets, Keccak iterations. */
  readonly tuak?: {
    readonly resLength: number
    readonly ckLength: number
    readonly ikLength: number
    readonly macLength: number
    readonly iterations: number
  }
}

/** SEQ values that only the owner of the lease may issue: `firstSeq` to `lastSeq`, both included. */
export interface SqnLease {
  readonly firstSeq: bigint
  readonly lastSeq: bigint
  /** Counts the leases of this subscriber; a lease of an older epoch is no longer to be used. */
  readonly epoch: number
}

/** A wish for fresh SEQ values. */
export interface SqnLeaseRequest {
  readonly impi: Impi
  /** Name of the node that will issue them. */
  readonly owner: string
  /** How many values, normally 32. */
  readonly size: number
  /** All values must be above this one: SEQ_MS of a verified AUTS, or the clock's SEQ. Default -1n. */
  readonly above?: bigint
  /**
   * Only where the design allows to go back: SEQ_HE - SEQ_MS is over delta, so the ceiling itself is
   * taken to be wrong and the lease starts right above `above`.
   */
  readonly lowerCeiling?: boolean
}

/** Subscribers and SQN, each method one transaction. */
export interface HssStore extends Store {
  /** Adds a subscriber with SEQ 0; `exists` leaves the former one as it was. */
  addSubscriber(subscriber: Subscriber): Promise<'added' | 'exists'>
  findSubscriber(impi: Impi): Promise<Subscriber | undefined>
  /** IMPIs in order, at most `limit`, after `after`. */
  listSubscribers(page: {
    readonly after?: string
    readonly limit: number
  }): Promise<readonly Impi[]>
  /**
   * Puts what `change` makes of a subscriber in its place; SQN and IMPI stay. What it throws is thrown,
   * and nothing is changed then. @returns `undefined` if the subscriber is unknown.
   */
  changeSubscriber(
    impi: Impi,
    change: (subscriber: Subscriber) => Subscriber,
  ): Promise<Subscriber | undefined>
  /** Whether there was such a subscriber. */
  removeSubscriber(impi: Impi): Promise<boolean>
  /**
   * Raises the ceiling of a subscriber durably and gives the values below it to `owner`: no value is
   * ever leased twice. @returns `undefined` if the subscriber is unknown.
   */
  leaseSqn(request: SqnLeaseRequest): Promise<SqnLease | undefined>
}
