/**
 * Frames between a virtual smart card reader (vpcd of vsmartcard) and its card: a length of two octets,
 * then as many octets. One octet from the reader is a control, more are a command APDU; the card sends an
 * ATR or response APDUs. The format is the program's own; no specification names it.
 */
import { concatOctets, uint16 } from '../../octets/octets.ts'

/** What a reader wants of its card. */
export type VpcdFrame =
  | { readonly kind: 'off' | 'on' | 'reset' | 'send-atr' }
  | { readonly kind: 'command'; readonly command: Uint8Array }

/** Takes octets as they come and gives the frames that are complete. */
export interface VpcdFrameDecoder {
  /** @param octets Any part of the stream; what belongs to the next frame is kept (65,537 octets at most). */
  push(octets: Uint8Array): VpcdFrame[]
}

const LENGTH = 2
const CONTROLS: ReadonlyMap<number, 'off' | 'on' | 'reset' | 'send-atr'> = new Map([
  [0, 'off'],
  [1, 'on'],
  [2, 'reset'],
  [4, 'send-atr'],
])

/** A stream starts here. Other single octets are commands, which no card understands. */
export function createVpcdFrameDecoder(): VpcdFrameDecoder {
  let rest: Uint8Array = new Uint8Array(0)
  return {
    push(octets) {
      rest = concatOctets(rest, octets)
      const frames: VpcdFrame[] = []
      for (let end = endOfFrame(rest); end <= rest.length; end = endOfFrame(rest)) {
        frames.push(frameOf(rest.slice(LENGTH, end)))
        rest = rest.slice(end)
      }
      return frames
    },
  }
}

/** @param octets An ATR or a response APDU. @throws {RangeError} If it is over 65,535 octets. */
export function encodeVpcdFrame(octets: Uint8Array): Uint8Array {
  return concatOctets(uint16(octets.length), octets)
}

/** Where the first frame ends; infinite while its length is not there. */
function endOfFrame(octets: Uint8Array): number {
  const [high, low] = octets
  return high === undefined || low === undefined
    ? Number.POSITIVE_INFINITY
    : LENGTH + (high << 8) + low
}

function frameOf(content: Uint8Array): VpcdFrame {
  const control = content.length === 1 ? CONTROLS.get(content[0] as number) : undefined
  return control === undefined ? { kind: 'command', command: content } : { kind: control }
}
