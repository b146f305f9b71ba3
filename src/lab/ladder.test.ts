import { describe, expect, test } from 'vitest'
import type { TraceEvent, TraceNote } from '../trace/trace.ts'
import { createLadder, type LadderOptions } from './ladder.ts'

const OPTIONS: LadderOptions = {
  columns: 120,
  colour: false,
  startMs: 1_000_000,
  nameOf: (entity) => ({ 'urn:a': 'PN GW', 'urn:w': 'PNE watch' })[entity] ?? entity,
}

const sent = (change: Partial<TraceEvent> = {}): TraceEvent => ({
  kind: 'message',
  atMs: 1_001_234,
  point: 'CPNS-2',
  side: 'sent',
  from: 'urn:a',
  to: 'CPNS Server',
  message: 'ConnectRequest',
  fields: {},
  ...change,
})

const ESCAPE = String.fromCharCode(27)

const note = (text: string): TraceNote => ({ kind: 'note', atMs: 1_002_000, entity: 'urn:a', text })

/** A file command of the terminal, or the card's answer to it. */
const command = (message: string, atMs: number): TraceEvent =>
  sent({ point: 'APDU', to: 'USIM', message, atMs })
const answer = (message: string, fields: TraceEvent['fields']): TraceEvent =>
  sent({ point: 'APDU', from: 'USIM', to: 'urn:a', message, fields })

/** All lines of a ladder that is told these items. */
function told(items: readonly (TraceEvent | TraceNote)[], change: Partial<LadderOptions> = {}) {
  const ladder = createLadder({ ...OPTIONS, ...change })
  return [...items.flatMap((item) => ladder.add(item)), ...ladder.flush()]
}

describe('a message', () => {
  test('is one line: seconds since the start, names, reference point, fields', () => {
    expect(told([sent({ fields: { Role: 'pn-gw', Via: 'urn:w', octets: 17 } })])).toEqual([
      '   1.234  PN GW        ──▶ CPNS Server  CPNS-2  ConnectRequest  Role=pn-gw Via=watch',
    ])
  })

  test('is told once, by its sender', () => {
    expect(told([sent(), sent({ side: 'received' })])).toHaveLength(1)
  })

  test('on Ub it is told by the UE: the BSF knows no UE by name', () => {
    const request = { point: 'Ub', from: 'urn:a', to: 'BSF', message: 'GET' } as const
    const response = { point: 'Ub', from: 'BSF', to: 'urn:a', message: '200' } as const
    const lines = told([
      sent(request),
      sent({ ...request, from: 'UE', side: 'received' }),
      sent({ ...response, to: 'UE' }),
      sent({ ...response, side: 'received' }),
    ])
    expect(lines.map((line) => line.slice(10))).toEqual([
      'PN GW        ──▶ BSF          Ub      GET',
      'BSF          ──▶ PN GW        Ub      200',
    ])
  })

  test('of a long value the beginning is shown', () => {
    const fields = { BTID: 'b'.repeat(26), RAND: 'r'.repeat(27) }
    const [line] = told([sent({ fields })], { columns: 160 })
    expect(line).toMatch(/ BTID=b{26} RAND=r{20}…$/)
  })
})

describe('a note', () => {
  test('is one line with the name of who says it', () => {
    expect(told([note('asks its card')])).toEqual(['   2.000  PN GW        · asks its card'])
  })
})

describe('commands that read and write files of a card', () => {
  const reading = [
    command('SELECT EF_UST', 1_000_100),
    answer('SELECT EF_UST', { statusWord: '9000' }),
    command('READ BINARY EF_UST', 1_000_200),
    answer('READ BINARY EF_UST', { statusWord: '9000' }),
    command('READ BINARY EF_IMSI', 1_000_300),
    command('READ BINARY EF_UST', 1_000_400),
    command('UPDATE BINARY EF_GBABP', 1_000_500),
  ]

  test('are one line, at the time of the first, each file once', () => {
    expect(told(reading)).toEqual([
      '   0.100  PN GW        ──▶ USIM         APDU    READ EF_UST, EF_IMSI; UPDATE EF_GBABP',
    ])
  })

  test('end with the next other line, which comes after them', () => {
    const ladder = createLadder(OPTIONS)
    expect(reading.flatMap((item) => ladder.add(item))).toEqual([])
    const lines = ladder.add(note('bootstraps'))
    expect(lines.map((line) => line.slice(23, 30))).toEqual(['──▶ USI', '· boots'])
    expect(ladder.flush()).toEqual([])
  })

  test('without a file that is read or written, the first of them is named', () => {
    expect(told([command('SELECT ADF_USIM', 1_000_100)])).toEqual([
      '   0.100  PN GW        ──▶ USIM         APDU    SELECT ADF_USIM',
    ])
  })

  test('AUTHENTICATE and its answer are lines of their own', () => {
    const lines = told([
      ...reading,
      command('AUTHENTICATE GBA', 1_001_000),
      answer('AUTHENTICATE GBA', { statusWord: '9862' }),
    ])
    expect(lines).toHaveLength(3)
    expect(lines[2]).toMatch(
      /^ {3}1\.234 {2}USIM +──▶ PN GW +APDU +AUTHENTICATE GBA {2}statusWord=9862$/,
    )
  })
})

describe('lines', () => {
  const WIDE = sent({ fields: { Detail: 'a', Other: 'b', More: 'c'.repeat(20) } })

  test('are never wider than the terminal; what is cut is said', () => {
    for (const columns of [120, 60, 20]) {
      const lines = told([WIDE, note('x'.repeat(200))], { columns })
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
      expect(lines[1]?.endsWith('…')).toBe(true)
    }
  })

  test('one that just fits is whole', () => {
    const [whole] = told([WIDE])
    expect(told([WIDE], { columns: whole?.length ?? 0 })).toEqual([whole])
  })

  test('with colours hold the same characters in the same columns', () => {
    const points = ['APDU', 'Ub', 'Zh', 'Zn', 'Ua', 'CPNS-1', 'CPNS-2'] as const
    for (const point of points) {
      for (const columns of [120, 52, 44, 20]) {
        const item = sent({ point, message: 'AUTHENTICATE' })
        const [plain] = told([item], { columns })
        const [painted] = told([item], { columns, colour: true })
        const escapes = new RegExp(`${ESCAPE}\\[\\d+m`, 'g')
        expect(painted?.replace(escapes, '')).toBe(plain)
        expect(painted?.match(escapes) ?? []).toHaveLength(columns < 40 ? 0 : 2)
      }
    }
  })
})
