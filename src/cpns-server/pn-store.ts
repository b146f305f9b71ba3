/** The PN inventory: which PNE is behind which PN GW in which PN. Design 6, 9; each method is one transaction. */
import type { EntityId } from '../identity/entity-id.ts'
import type { ListPart } from '../ports/store.ts'

/** Whether an entity is attached, and when it was last. */
export interface Presence {
  readonly isOnline: boolean
  /** When it attached or, if it is away, when it went (as far as is known). UTC milliseconds; absent: never seen. */
  readonly lastSeenMs?: number
}

/** A PNE in a PN; it is away when its PN GW is. */
export interface PnMember extends Presence {
  readonly entityId: EntityId
  /** UTC milliseconds: it is no member any more unless it is registered again. */
  readonly expiresAtMs: number
}

/** One PN; presence is that of its PN GW. */
export interface PnInfo extends Presence {
  /** Made by the server, opaque. */
  readonly pnId: string
  /** What its users call it. */
  readonly alias?: string
  readonly gateway: EntityId
  /** UTC milliseconds. */
  readonly expiresAtMs: number
  readonly members: readonly PnMember[]
}

/** What a PN GW registers. */
export interface PnWish {
  readonly gateway: EntityId
  /** A PN of its own; absent: the one of this alias, else a new one. */
  readonly pnId?: string
  /** Id of a new one. */
  readonly newPnId: string
  readonly alias?: string
  readonly members: readonly EntityId[]
  /** Of the PN and of these members. UTC milliseconds. */
  readonly expiresAtMs: number
}

/** What became of it; on all but `registered` nothing is changed. */
export type PnRegistered =
  /** With those of the members that have proved themselves through this PN GW last. */
  | { readonly outcome: 'registered'; readonly pnId: string; readonly members: EntityId[] }
  /** The PN GW has no such PN. */
  | { readonly outcome: 'unknown-pn' }
  /** It has `MAX_PNS` already. */
  | { readonly outcome: 'too-many' }

/** All durable operations of the inventory. */
export interface PnStore {
  /**
   * Registers a PN or refreshes it, with some of its members: members that are not named stay until they
   * expire. A PNE that is named leaves the PNs of other PN GWs.
   */
  registerPn(wish: PnWish, nowMs: number): Promise<PnRegistered>
  /** Ends a PN of this PN GW. @returns Whether there was one. */
  endPn(pn: { readonly gateway: EntityId; readonly pnId: string }): Promise<boolean>
  /** A PN that has not expired. */
  findPn(pnId: string, nowMs: number): Promise<PnInfo | undefined>
  /** All that have not expired, by their ids, or those that an entity is in, as PN GW or member. */
  listPns(
    nowMs: number,
    part?: ListPart<string> & { readonly entityId?: EntityId | undefined },
  ): Promise<readonly PnInfo[]>
  /** Notes that an entity has attached at a node, or is attached there no more. */
  notePresence(presence: {
    readonly entityId: EntityId
    readonly nodeId: string
    readonly isOnline: boolean
    /** UTC milliseconds. */
    readonly atMs: number
  }): Promise<void>
  /** A node has just started: nobody is attached there. */
  clearPresence(nodeId: string): Promise<void>
}
