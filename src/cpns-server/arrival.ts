/**
 * How a message reached the server. Design 7: the server compares `Role` and `Via` with how the message
 * arrived, a relayed EntityID with the relay's, and a B-TID with that of PSK-TLS; any difference is 403.
 */
import type { Btid } from '../identity/btid.ts'
import type { EntityId } from '../identity/entity-id.ts'

/** What carried a message on a connection of the sender's own. */
export interface DirectWay {
  /** Whose key PSK-TLS was proved with; absent behind a certificate. Design 7 */
  readonly tlsBtid?: Btid
  /** Whether there was no TLS, which only this machine can do without. Design 7 */
  readonly plain?: boolean
}

/** A connection of the sender's own, or a relay record of an attached PN GW. */
export type Arrival =
  | ({ readonly kind: 'direct'; readonly remoteAddress: string } & DirectWay)
  | {
      readonly kind: 'relay'
      readonly remoteAddress: string
      /** The PN GW whose session carried the record. */
      readonly via: EntityId
      /** The EntityID in the relay record. */
      readonly pne: EntityId
    }

/** By a connection of its own. */
export function directArrival(remoteAddress: string, way: DirectWay = {}): Arrival {
  return { kind: 'direct', remoteAddress, ...way }
}

/** Whom a message says it is from. */
export interface Sender {
  readonly entityId: EntityId
  readonly role: 'pn-gw' | 'pne'
  readonly via?: EntityId | undefined
  /** `BTID` of the message, or the id of the EUKey that it is about. */
  readonly btid?: string | undefined
}

/** Whether the sender's own words agree with the way its message came. */
export function agreesWithArrival(sender: Sender, arrival: Arrival): boolean {
  if (arrival.kind === 'direct') {
    const { tlsBtid } = arrival
    if (tlsBtid !== undefined && sender.btid !== tlsBtid) return false
    return sender.role === 'pn-gw' && sender.via === undefined
  }
  return sender.role === 'pne' && sender.via === arrival.via && sender.entityId === arrival.pne
}

/**
 * Who is held to account for what a message costs, where limits go by address. What comes through a PN GW counts apart
 * from what the PN GW does itself: else whoever is near it could use up what it may ask for.
 */
export function accountOf(arrival: Arrival): string {
  return arrival.kind === 'relay' ? `via ${arrival.via}` : arrival.remoteAddress
}
