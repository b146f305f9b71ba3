/** Hints between the nodes of one role. Design 9: the rows of the store are the truth, a lost hint costs a short poll. */

/** Takes a subscription back. */
export type Unsubscribe = () => void

/** Publish and subscribe by EntityID; carries no data that anything relies on. */
export interface Bus {
  /** Says that something changed for `entityId`; returns at once, never throws. */
  publish(entityId: string): void
  /** Calls `notice` after each publish for `entityId`, until taken back. */
  subscribe(entityId: string, notice: () => void): Unsubscribe
}
