/**
 * How a message reached the server. Design 7: the server compares `Role` and `Via` with how the message
 * arrived, and a relayed EntityID with the relay's; any difference is 403.
 */
import type { EntityId } from '../identity/entity-id.ts'

/** A connection of the sender's own, or a relay record of an attached PN GW. */
export type Arrival =
  | { readonly kind: 'direct'; readonly remoteAddress: string }
  | {
      readonly kind: 'relay'
      readonly remoteAddress: string
      /** The PN GW whose session carried the record. */
      readonly via: EntityId
      /** The EntityID in the relay record. */
      readonly pne: EntityId
    }

/** Whom a message says it is from. */
export interface Sender {
  readonly entityId: EntityId
  readonly role: 'pn-gw' | 'pne'
  readonly via?: EntityId | undefined
}

/** Whether the sender's own words agree with the way its message came. */
export function agreesWithArrival(sender: Sender, arrival: Arrival): boolean {
  if (arrival.kind === 'direct') return sender.role === 'pn-gw' && sender.via === undefined
  return sender.role === 'pne' && sender.via === arrival.via && sender.entityId === arrival.pne
}
