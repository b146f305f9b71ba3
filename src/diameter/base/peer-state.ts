/** What a connection to a peer can be, meet and do: the words of `peer-machine.ts`. RFC 6733 5.6 */
import type { NodeDescription, PeerDescription } from './capabilities.ts'
import type { DiameterMessage, MessageIds } from './message.ts'

/** Where a connection stands. */
export type PeerState = Readonly<
  | { name: 'awaiting-cer' }
  | { name: 'awaiting-cea'; hopByHop: number }
  | { name: 'open'; peer: PeerDescription; watchdog: 'quiet' | 'asked' | 'suspect' }
  /** DPR is sent or answered: nothing new is asked, what is under way may still be answered. */
  | { name: 'closing'; peer: PeerDescription }
  | { name: 'closed' }
>

/** What happens to it. */
export type PeerEvent = Readonly<
  | { kind: 'message'; message: DiameterMessage }
  /** The timer that was last set has fired. */
  | { kind: 'timer' }
  /** We want to go. */
  | { kind: 'stop' }
  /** The socket has ended. */
  | { kind: 'disconnected' }
>

/** What is to be done. */
export type PeerEffect = Readonly<
  | { kind: 'send'; message: DiameterMessage }
  /** In place of the timer before it. */
  | { kind: 'timer'; ms: number }
  | { kind: 'opened'; peer: PeerDescription }
  /**
   * Whether new requests may be sent. When it turns false, those under way go elsewhere, RFC 3539 3.4.1; those of
   * a connection that is closing only when it ends.
   */
  | { kind: 'usable'; usable: boolean }
  /** The peer goes and does not want to be asked for a while: it is short of means, or has no use for us. */
  | { kind: 'dismissed' }
  /** A request or an answer of an application. */
  | { kind: 'request' | 'answer'; message: DiameterMessage }
  /** After all that was to be sent. @param reason For the log. */
  | { kind: 'close'; reason: string }
>

/** The next state, and what is to be done. */
export interface PeerStep {
  readonly state: PeerState
  readonly effects: readonly PeerEffect[]
}

/** What a connection is given. */
export interface PeerContext {
  readonly node: NodeDescription
  /** For CER, DWR and DPR. */
  nextIds(): MessageIds
  /** Whether this peer may be here. */
  accepts(peer: PeerDescription): boolean
  readonly timings: PeerTimings
}

/** How long a connection waits. */
export interface PeerTimings {
  /** For CER or CEA. */
  readonly capabilitiesMs: number
  /** Tw, with its jitter; asked each time. RFC 3539 3.4.1 */
  watchdogMs(): number
  /** For DPA, or for the peer to go after ours. */
  readonly closingMs: number
}
