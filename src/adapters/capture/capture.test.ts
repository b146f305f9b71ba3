import { describe, expect, test } from 'vitest'
import { concatOctets, fromHex, toHex, utf8 } from '../../octets/octets.ts'
import type { TraceEvent, TraceWire } from '../../trace/trace.ts'
import { type CaptureOptions, createCapture } from './capture.ts'

interface Shown {
  readonly from: string
  readonly to: string
  readonly octets: Uint8Array
  readonly protocol?: TraceWire['protocol']
  readonly point?: TraceEvent['point']
  readonly side?: TraceEvent['side']
  readonly fields?: TraceEvent['fields']
}

function event(shown: Shown): TraceEvent {
  const { from, to, octets, protocol = 'diameter', point = 'Zh', side = 'sent' } = shown
  const fields = shown.fields ?? { octets: toHex(octets) }
  const wire = ({ reveal }: { reveal: boolean }) => ({
    protocol,
    octets: reveal ? octets : octets.map((octet) => (octet === 0xee ? 0 : octet)),
  })
  return { kind: 'message', atMs: 1_500, point, side, from, to, message: 'x', fields, wire }
}

/** The packets of a capture of these events. */
function packets(options: Partial<CaptureOptions>, events: readonly TraceEvent[]): Uint8Array[] {
  const written: Uint8Array[] = []
  const capture = createCapture({ style: 'exported', reveal: false, ...options }, (octets) =>
    written.push(octets),
  )
  events.forEach(capture)
  const [header, ...records] = written
  expect(header).toHaveLength(24)
  return records.map((record) => record.subarray(16))
}

const ASK = { from: 'BSF', to: 'HSS', octets: Uint8Array.of(1, 2, 0xee) }
const ANSWER = { from: 'HSS', to: 'BSF', octets: Uint8Array.of(3) }

describe('a message alone', () => {
  test('has the dissector of its protocol, and no secret unless it is wanted', () => {
    const [hidden] = packets({}, [event(ASK)])
    expect(toHex(hidden as Uint8Array)).toContain(`000c0008${toHex(utf8('diameter'))}`)
    expect(toHex(hidden as Uint8Array)).toMatch(/00000000010200$/)
    const [revealed] = packets({ reveal: true }, [event(ASK)])
    expect(toHex(revealed as Uint8Array)).toMatch(/000000000102ee$/)
  })

  test('is written once where both ends trace it', () => {
    expect(packets({}, [event(ASK), event({ ...ASK, side: 'received' })])).toHaveLength(1)
  })

  test('notes and messages without octets are left out', () => {
    const { wire: _, ...bare } = event(ASK)
    expect(packets({}, [bare])).toEqual([])
    const written: Uint8Array[] = []
    createCapture({ style: 'exported', reveal: false }, (octets) => written.push(octets))({
      kind: 'note',
      atMs: 0,
      entity: 'BSF',
      text: 'x',
    })
    expect(written).toHaveLength(1)
  })
})

describe('APDUs', () => {
  const card = { protocol: 'apdu', point: 'APDU' } as const
  const command = event({ ...card, from: 'PN GW', to: 'USIM', octets: fromHex('00a40004023f00') })
  const answer = event({
    ...card,
    from: 'USIM',
    to: 'PN GW',
    octets: fromHex('9000'),
    fields: { statusWord: '9000' },
  })

  test('a command and its answer are one packet', () => {
    const [packet, ...others] = packets({}, [command, answer])
    expect(others).toEqual([])
    expect(toHex(packet as Uint8Array)).toMatch(/00a40004023f009000$/)
  })

  test('in IP they are GSMTAP over UDP; an answer without a command is left out', () => {
    const [packet, ...others] = packets({ style: 'ip' }, [command, answer, answer])
    expect(others).toEqual([])
    expect(packet?.[9]).toBe(17)
    expect(toHex(packet as Uint8Array)).toContain('1279')
  })
})

describe('inside IP and TCP', () => {
  /** Sequence number, acknowledgement, flags and length of data. */
  const segmentOf = (packet: Uint8Array) => {
    const view = new DataView(packet.buffer, packet.byteOffset)
    return [view.getUint32(24), view.getUint32(28), packet[33], packet.length - 40]
  }

  test('a connection opens, and both directions count their octets', () => {
    const told = packets({ style: 'ip' }, [event(ASK), event(ANSWER), event(ASK)])
    expect(told.map(segmentOf)).toEqual([
      [0, 0, 0x02, 0],
      [0, 1, 0x12, 0],
      [1, 1, 0x10, 0],
      [1, 1, 0x18, 3],
      [1, 4, 0x18, 1],
      [4, 2, 0x18, 3],
    ])
  })

  test('a long message is cut into segments', () => {
    const octets = new Uint8Array(40_000)
    const data = packets({ style: 'ip' }, [event({ ...ASK, octets })]).slice(3)
    expect(data.map((packet) => segmentOf(packet)[3])).toEqual([16_384, 16_384, 7_232])
    expect(concatOctets(...data.map((packet) => packet.subarray(40)))).toEqual(octets)
  })

  test('CPNS goes over a WebSocket that is opened first; the client masks', () => {
    const shown = { protocol: 'cpns', point: 'CPNS-1', octets: utf8('<a/>') } as const
    const told = packets({ style: 'ip' }, [
      event({ ...shown, from: 'PNE', to: 'PN GW' }),
      event({ ...shown, from: 'PN GW', to: 'PNE', octets: utf8('<b/>') }),
    ]).map((packet) => packet.subarray(40))
    const text = told.map((octets) => new TextDecoder().decode(octets))
    expect(text[3]).toMatch(/^GET \/pne HTTP\/1\.1\r\n/)
    expect(text[4]).toMatch(/^HTTP\/1\.1 101 /)
    expect(told.slice(5).map(toHex)).toEqual([
      `818400000000${toHex(utf8('<a/>'))}`,
      `8104${toHex(utf8('<b/>'))}`,
    ])
  })

  test('names of one entity share its address', () => {
    const nameOf = (entity: string) => entity.toLowerCase()
    const told = packets({ style: 'ip', nameOf }, [event(ASK), event({ ...ASK, from: 'bsf' })])
    expect(told).toHaveLength(5)
  })
})
