/** From the octets of a stream to whole messages, each still undecoded. RFC 6733 2.1, 3 */
import { concatOctets } from '../../octets/octets.ts'
import { messageLength } from './message.ts'

/** Cuts one stream; holds at most one message that is not whole. */
export interface FrameSplitter {
  /**
   * Takes what came, and gives the messages that are whole now. They may be views of `octets`.
   *
   * @throws {DiameterFailure} 5011 or 5015: where the next message begins can never be known again. What
   *   was whole before is lost with the connection.
   */
  push(octets: Uint8Array): Uint8Array[]
  /** Whether part of a message is held. */
  readonly isWaiting: boolean
  /** After a failure: what begins with the message that cannot be cut. */
  readonly broken: Uint8Array
}

const LENGTH_OCTETS = 4

/** A splitter for one connection. */
export function createFrameSplitter(): FrameSplitter {
  let parts: Uint8Array[] = []
  let held = 0
  /** Octets that have to be there before anything can be done. */
  let wanted = LENGTH_OCTETS
  let rest: Uint8Array = new Uint8Array(0)

  return {
    push(octets) {
      parts.push(octets)
      held += octets.length
      if (held < wanted) return []
      rest = parts.length === 1 ? octets : concatOctets(...parts)
      const frames: Uint8Array[] = []
      wanted = LENGTH_OCTETS
      while (rest.length >= LENGTH_OCTETS) {
        wanted = messageLength(rest)
        if (rest.length < wanted) break
        frames.push(rest.subarray(0, wanted))
        rest = rest.subarray(wanted)
        wanted = LENGTH_OCTETS
      }
      parts = rest.length === 0 ? [] : [rest]
      held = rest.length
      return frames
    },
    get isWaiting() {
      return held > 0
    },
    get broken() {
      return rest
    },
  }
}
