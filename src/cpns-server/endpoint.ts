/** One peer as its octets reach the server: a PN GW by its own connection, a PNE by relay records. Design 7 */
import type { Arrival } from './arrival.ts'

/** The way back to a peer. */
export interface Endpoint {
  readonly arrival: Arrival
  /** Resolves when octets could be sent, or when `until` resolves. */
  ready(until: Promise<void>): Promise<void>
  /** Whether octets could be sent this moment. */
  readonly isReady: boolean
  /**
   * Sends handshake octets, an attach answer or a record, at once and in order.
   *
   * @returns Resolves when the way can take more. @throws {TransportFailed} If there is no way now.
   */
  send(octets: Uint8Array): Promise<void>
}
