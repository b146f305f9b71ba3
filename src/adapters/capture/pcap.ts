/** Capture files that every analyser reads: the classic pcap format, in microseconds. */
import { concatOctets } from '../../octets/octets.ts'

/** What the packets of a file are: IP without anything below it, or exported PDUs of Wireshark. */
export const LINK_TYPE = { ip: 101, exportedPdu: 252 } as const

const MAGIC = 0xa1b2c3d4
const MAX_PACKET = 262_144

/** The 24 octets that a file starts with. */
export function pcapHeader(linkType: number): Uint8Array {
  const octets = new Uint8Array(24)
  const view = new DataView(octets.buffer)
  view.setUint32(0, MAGIC)
  view.setUint16(4, 2)
  view.setUint16(6, 4)
  view.setUint32(16, MAX_PACKET)
  view.setUint32(20, linkType)
  return octets
}

/** One packet. @param atMs UTC milliseconds. @throws {RangeError} Over 256 KiB. */
export function pcapRecord(atMs: number, packet: Uint8Array): Uint8Array {
  if (packet.length > MAX_PACKET) throw new RangeError(`a packet of ${packet.length} octets`)
  const head = new Uint8Array(16)
  const view = new DataView(head.buffer)
  view.setUint32(0, Math.floor(atMs / 1000))
  view.setUint32(4, (atMs % 1000) * 1000)
  view.setUint32(8, packet.length)
  view.setUint32(12, packet.length)
  return concatOctets(head, packet)
}
