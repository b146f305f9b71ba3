/** IPv4 packets that never were on a line: TCP and UDP with right checksums. RFC 791, RFC 9293 3.1, RFC 768 */
import { concatOctets } from '../../octets/octets.ts'

/** One end of a line. */
export interface IpEnd {
  /** Four octets. */
  readonly address: Uint8Array
  readonly port: number
}

/** From where to where. */
export interface IpLine {
  readonly from: IpEnd
  readonly to: IpEnd
}

/** What a TCP segment says besides its data. */
export interface TcpSegment {
  readonly sequence: number
  readonly acknowledged: number
  /** For instance `TCP_FLAGS.syn`. */
  readonly flags: number
  /** At most 65,495 octets. */
  readonly data: Uint8Array
}

/** Control bits of TCP. RFC 9293 3.1 */
export const TCP_FLAGS = { syn: 0x02, push: 0x08, ack: 0x10 } as const

const TCP = 6
const UDP = 17
const TTL = 64
const WINDOW = 65_535
const EMPTY = new Uint8Array(0)

/** @throws {RangeError} If the data do not fit a packet. */
export function tcpPacket({ from, to }: IpLine, segment: TcpSegment): Uint8Array {
  const head = new Uint8Array(20)
  const view = new DataView(head.buffer)
  view.setUint16(0, from.port)
  view.setUint16(2, to.port)
  view.setUint32(4, segment.sequence)
  view.setUint32(8, segment.acknowledged)
  view.setUint8(12, 0x50)
  view.setUint8(13, segment.flags)
  view.setUint16(14, WINDOW)
  view.setUint16(16, transportSum(TCP, { from, to }, concatOctets(head, segment.data)))
  return ipPacket(TCP, { from, to }, concatOctets(head, segment.data))
}

/** @throws {RangeError} If the data do not fit a packet. */
export function udpPacket({ from, to }: IpLine, data: Uint8Array): Uint8Array {
  const head = new Uint8Array(8)
  const view = new DataView(head.buffer)
  view.setUint16(0, from.port)
  view.setUint16(2, to.port)
  view.setUint16(4, head.length + data.length)
  view.setUint16(6, transportSum(UDP, { from, to }, concatOctets(head, data)) || 0xffff)
  return ipPacket(UDP, { from, to }, concatOctets(head, data))
}

function ipPacket(protocol: number, { from, to }: IpLine, payload: Uint8Array): Uint8Array {
  const head = new Uint8Array(20)
  if (head.length + payload.length > 0xffff) throw new RangeError('over 65535 octets')
  const view = new DataView(head.buffer)
  view.setUint8(0, 0x45)
  view.setUint16(2, head.length + payload.length)
  view.setUint8(8, TTL)
  view.setUint8(9, protocol)
  head.set(from.address, 12)
  head.set(to.address, 16)
  view.setUint16(10, checksum(head))
  return concatOctets(head, payload)
}

/** With the pseudo header. RFC 9293 3.1 */
function transportSum(protocol: number, { from, to }: IpLine, segment: Uint8Array): number {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, segment.length)
  const pseudo = concatOctets(from.address, to.address, Uint8Array.of(0, protocol), length)
  return checksum(
    concatOctets(pseudo, segment, segment.length % 2 === 0 ? EMPTY : Uint8Array.of(0)),
  )
}

/** RFC 1071, of an even number of octets. */
function checksum(octets: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < octets.length; at += 2) {
    sum += ((octets[at] as number) << 8) | (octets[at + 1] as number)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
