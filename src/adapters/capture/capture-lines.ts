/**
 * Who has which address in a capture, and which connections there are. The addresses are made up, from
 * 127.1.0.0/16, so that nobody takes them for a host; the ports are those of design 12, because analysers
 * know most of them.
 */
import type { ReferencePoint, TraceEvent, TraceWire } from '../../trace/trace.ts'
import type { IpEnd, IpLine } from './ip-packet.ts'

/** One connection of two entities on one reference point. */
export interface CaptureLine {
  readonly client: IpEnd
  readonly server: IpEnd
  /** Octets that each end has sent, with the first of its numbers. */
  readonly sent: { client: number; server: number }
  /** Set when its first packets are written. */
  isOpen: boolean
}

/** One message on its line. */
export interface PlacedMessage extends IpLine {
  readonly line: CaptureLine
  readonly isFromClient: boolean
}

const SERVER_PORTS: Readonly<Record<ReferencePoint, number>> = {
  APDU: 4729,
  Ub: 8080,
  Ua: 80,
  Zh: 3868,
  Zn: 3868,
  'CPNS-1': 8444,
  'CPNS-2': 8443,
}
/** Zh and Zn over HTTP. */
const SBI_PORT = 8082
const FIRST_CLIENT_PORT = 40_000
const CLIENT_PORTS = 20_000
/** Connections that are remembered; then all start anew. */
const MAX_LINES = 16_384

/** Addresses in the order in which entities appear. @param nameOf One name for each entity. */
export function createCaptureLines(nameOf: (entity: string) => string) {
  const addresses = new Map<string, Uint8Array>()
  const lines = new Map<string, CaptureLine>()
  let opened = 0

  const addressOf = (entity: string): Uint8Array => {
    const known = addresses.get(entity)
    if (known !== undefined) return known
    const number = (addresses.size % 0xfffe) + 1
    const address = Uint8Array.of(127, 1, number >> 8, number & 0xff)
    addresses.set(entity, address)
    return address
  }

  /** Whoever speaks first is the client. */
  const open = (from: string, to: string, port: number): CaptureLine => {
    const clientPort = FIRST_CLIENT_PORT + (opened++ % CLIENT_PORTS)
    return {
      client: { address: addressOf(from), port: clientPort },
      server: { address: addressOf(to), port },
      sent: { client: 1, server: 1 },
      isOpen: false,
    }
  }

  return (event: TraceEvent, protocol: TraceWire['protocol']): PlacedMessage => {
    const [from, to] = [nameOf(event.from), nameOf(event.to)]
    const isSbi = protocol === 'http' && event.point.startsWith('Z')
    const port = isSbi ? SBI_PORT : SERVER_PORTS[event.point]
    const key = JSON.stringify([port, event.point, ...[from, to].toSorted()])
    if (lines.size > MAX_LINES) lines.clear()
    const line = lines.get(key) ?? open(from, to, port)
    lines.set(key, line)
    const isFromClient = line.client.address === addressOf(from)
    const { client, server } = line
    const ends = isFromClient ? { from: client, to: server } : { from: server, to: client }
    return { ...ends, line, isFromClient }
  }
}
