/**
 * Trace events as a capture for Wireshark: each message with the dissector that reads it, or inside IP and
 * TCP as if it had been seen on a line in the clear. Design 11
 *
 * Why addresses and frames are made up: docs/explanation/decisions/0037-captures-are-made-of-trace-events.md
 */
import type { Trace, TraceEvent, TraceWire } from '../../trace/trace.ts'
import { type CaptureLine, createCaptureLines, type PlacedMessage } from './capture-lines.ts'
import { encodeExportedPdu } from './exported-pdu.ts'
import { GSMTAP_PORT, gsmtapPacket, simOctets } from './gsmtap.ts'
import { type IpLine, TCP_FLAGS, tcpPacket, udpPacket } from './ip-packet.ts'
import { LINK_TYPE, pcapHeader, pcapRecord } from './pcap.ts'
import { createSeenOnce } from './seen-once.ts'
import { webSocketAnswer, webSocketFrame, webSocketRequest } from './web-socket-octets.ts'

/** What the packets of a capture are. */
export const PCAP_STYLES = ['exported', 'ip'] as const

/** How a capture is written. */
export interface CaptureOptions {
  readonly style: (typeof PCAP_STYLES)[number]
  /** Whether secrets stay in it. Only for a lab. */
  readonly reveal: boolean
  /** One name for each entity, which then has one address; default: as it is called. */
  readonly nameOf?: (entity: string) => string
}

/** Octets of one TCP segment. */
const SEGMENT = 16_384
const DISSECTORS = {
  apdu: 'gsm_sim',
  diameter: 'diameter',
  http: 'http',
  cpns: 'xml',
  'cpns-frame': 'data',
} as const
const EMPTY = new Uint8Array(0)

/**
 * Takes events; notes and messages without octets are not written.
 *
 * @param write Takes octets of the file, in order; must not throw.
 */
export function createCapture(options: CaptureOptions, write: (octets: Uint8Array) => void): Trace {
  const { style, reveal, nameOf = (entity) => entity } = options
  const isNew = createSeenOnce()
  const place = createCaptureLines(nameOf)
  const joinApdu = createApduJoin()
  const packetsOf = style === 'ip' ? ipPackets : exportedPackets
  write(pcapHeader(style === 'ip' ? LINK_TYPE.ip : LINK_TYPE.exportedPdu))
  return (item) => {
    if (item.kind !== 'message' || item.wire === undefined || !isNew(item)) return
    const wire = joinApdu(item, item.wire({ reveal }))
    if (wire === undefined) return
    for (const packet of packetsOf(place(item, wire.protocol), wire, item)) {
      write(pcapRecord(item.atMs, packet))
    }
  }
}

/** A command waits for its answer: analysers want both in one packet. */
function createApduJoin() {
  const commands = new Map<string, Uint8Array>()
  return (event: TraceEvent, wire: TraceWire): TraceWire | undefined => {
    if (wire.protocol !== 'apdu') return wire
    if (!('statusWord' in event.fields)) {
      commands.set(event.from, wire.octets)
      return undefined
    }
    const command = commands.get(event.to)
    commands.delete(event.to)
    return command && { protocol: 'apdu', octets: simOctets(command, wire.octets) }
  }
}

function exportedPackets(line: IpLine, { protocol, octets }: TraceWire): readonly Uint8Array[] {
  const transport = protocol === 'apdu' ? 'udp' : 'tcp'
  const { from, to } = line
  return [encodeExportedPdu({ from, to, transport, dissector: DISSECTORS[protocol], octets })]
}

function ipPackets(
  placed: PlacedMessage,
  { protocol, octets }: TraceWire,
  { point }: TraceEvent,
): readonly Uint8Array[] {
  if (protocol === 'apdu') {
    const to = { ...placed.to, port: GSMTAP_PORT }
    return [udpPacket({ from: placed.from, to }, gsmtapPacket(octets))]
  }
  const { line, isFromClient } = placed
  const opening = line.isOpen ? [] : openLine(line)
  if (protocol !== 'cpns' && protocol !== 'cpns-frame') {
    return [...opening, ...dataPackets(line, octets, isFromClient)]
  }
  if (opening.length > 0) opening.push(...openWebSocket(line, point))
  const frame = webSocketFrame(octets, { isClient: isFromClient, isText: protocol === 'cpns' })
  return [...opening, ...dataPackets(line, frame, isFromClient)]
}

function openLine(line: CaptureLine): Uint8Array[] {
  line.isOpen = true
  const { client, server } = line
  const { syn, ack } = TCP_FLAGS
  const there = { from: client, to: server }
  const back = { from: server, to: client }
  return [
    tcpPacket(there, { sequence: 0, acknowledged: 0, flags: syn, data: EMPTY }),
    tcpPacket(back, { sequence: 0, acknowledged: 1, flags: syn | ack, data: EMPTY }),
    tcpPacket(there, { sequence: 1, acknowledged: 1, flags: ack, data: EMPTY }),
  ]
}

function openWebSocket(line: CaptureLine, point: TraceEvent['point']): Uint8Array[] {
  const [path, subprotocol] = point === 'CPNS-1' ? ['/pne', 'cpns1.v1'] : ['/cpns', 'cpns2.v1']
  return [
    ...dataPackets(line, webSocketRequest(path, subprotocol), true),
    ...dataPackets(line, webSocketAnswer(subprotocol), false),
  ]
}

function dataPackets(line: CaptureLine, octets: Uint8Array, isFromClient: boolean): Uint8Array[] {
  const { client, server, sent } = line
  const [own, other] = isFromClient
    ? (['client', 'server'] as const)
    : (['server', 'client'] as const)
  const ends = isFromClient ? { from: client, to: server } : { from: server, to: client }
  const packets: Uint8Array[] = []
  for (let at = 0; at < octets.length; at += SEGMENT) {
    const data = octets.subarray(at, at + SEGMENT)
    const flags = TCP_FLAGS.push | TCP_FLAGS.ack
    packets.push(tcpPacket(ends, { sequence: sent[own], acknowledged: sent[other], flags, data }))
    sent[own] = (sent[own] + data.length) % 2 ** 32
  }
  return packets
}
