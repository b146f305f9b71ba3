/** Messages without any line below them: Wireshark's "exported PDU", which names the dissector to use. */
import { concatOctets, uint16, utf8 } from '../../octets/octets.ts'
import type { IpLine } from './ip-packet.ts'

/** Who reads a message, and between whom it went. */
export interface ExportedPdu extends IpLine {
  /** Wireshark's name of the protocol, for instance `diameter`. */
  readonly dissector: string
  readonly transport: 'tcp' | 'udp'
  readonly octets: Uint8Array
}

/** Numbers of wsutil/exported_pdu_tlvs.h. */
const TAG = {
  end: 0,
  dissector: 12,
  ipv4From: 20,
  ipv4To: 21,
  portType: 24,
  fromPort: 25,
  toPort: 26,
} as const
const PORT_TYPE = { tcp: 2, udp: 3 } as const

/** The packet, for link type 252. */
export function encodeExportedPdu(pdu: ExportedPdu): Uint8Array {
  const { from, to } = pdu
  return concatOctets(
    tag(TAG.dissector, utf8(pdu.dissector)),
    tag(TAG.ipv4From, from.address),
    tag(TAG.ipv4To, to.address),
    tag(TAG.portType, number(PORT_TYPE[pdu.transport])),
    tag(TAG.fromPort, number(from.port)),
    tag(TAG.toPort, number(to.port)),
    tag(TAG.end, new Uint8Array(0)),
    pdu.octets,
  )
}

/** Values are padded to four octets, and the padding is counted. */
function tag(code: number, value: Uint8Array): Uint8Array {
  const padding = new Uint8Array((4 - (value.length % 4)) % 4)
  return concatOctets(uint16(code), uint16(value.length + padding.length), value, padding)
}

function number(value: number): Uint8Array {
  return concatOctets(uint16(0), uint16(value))
}
