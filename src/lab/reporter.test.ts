import { describe, expect, test } from 'vitest'
import type { TraceItem } from '../trace/trace.ts'
import { ENTITIES } from './lab-names.ts'
import { createJsonReporter, createTextReporter, type LabReporter } from './reporter.ts'
import type { StoryStep } from './story/story.ts'

const STEP: StoryStep = { number: 3, title: 'They agree a key', run: () => Promise.resolve('') }
const ADDRESSES = [{ entity: 'BSF', address: 'http://127.0.0.1:8080', points: 'Ub' }]
const DATA = { path: '/tmp/lab', isTemporary: true }

const MESSAGE: TraceItem = {
  kind: 'message',
  atMs: 1_500,
  point: 'CPNS-2',
  side: 'sent',
  from: ENTITIES.gateway,
  to: 'CPNS Server',
  message: 'ConnectRequest',
  transactionId: 't-1',
  fields: { Role: 'pn-gw' },
}
const RECEIVED: TraceItem = { ...MESSAGE, side: 'received' }
const FILE_COMMAND: TraceItem = {
  ...MESSAGE,
  point: 'APDU',
  to: 'USIM',
  message: 'READ BINARY EF_IMSI',
}
const NOTE: TraceItem = { kind: 'note', atMs: 1_700, entity: ENTITIES.watch, text: 'is here' }

function textOf(tell: (reporter: LabReporter) => void, colour = false): string[] {
  const lines: string[] = []
  const write = (line: string): void => void lines.push(line)
  tell(createTextReporter({ write, columns: 100, colour, startMs: 1_000 }))
  return lines
}

function eventsOf(tell: (reporter: LabReporter) => void): unknown[] {
  const events: unknown[] = []
  tell(createJsonReporter({ write: (line) => void events.push(JSON.parse(line)) }))
  return events
}

function tellFailure(reporter: LabReporter): void {
  reporter.begin(STEP)
  reporter.trace(MESSAGE)
  reporter.failed(STEP, 'no')
  reporter.finished(STEP)
}

describe('for people', () => {
  test('first where everybody is, and where the state is kept', () => {
    const lines = textOf((reporter) => reporter.started(ADDRESSES, DATA))
    expect(lines[0]).toMatch(/^cpns lab: /)
    expect(lines[1]).toMatch(/^ {2}BSF +http:\/\/127\.0\.0\.1:8080 +Ub$/)
    expect(lines[2]).toMatch(/^ {2}data +\/tmp\/lab \(removed at the end\)$/)
    const kept = textOf((reporter) => reporter.started([], { ...DATA, isTemporary: false }))
    expect(kept[1]).toMatch(/ \/tmp\/lab$/)
  })

  test('a step: title, its ladder with names, and its sentence last', () => {
    const lines = textOf((reporter) => {
      reporter.begin(STEP)
      reporter.trace(MESSAGE)
      reporter.trace(RECEIVED)
      reporter.trace(NOTE)
      reporter.trace(FILE_COMMAND)
      reporter.passed(STEP, 'Both hold one key.')
    })
    expect(lines).toEqual([
      '',
      '3. They agree a key',
      '   0.500  PN GW        ──▶ CPNS Server  CPNS-2  ConnectRequest  Role=pn-gw',
      '   0.700  PNE watch    · is here',
      '   0.500  PN GW        ──▶ USIM         APDU    READ EF_IMSI',
      '   ✔ Both hold one key.',
    ])
  })

  test('what comes before the first step is told with it, in its order', () => {
    const lines = textOf((reporter) => {
      reporter.trace(MESSAGE)
      reporter.started([], DATA)
      reporter.trace(NOTE)
      reporter.begin(STEP)
    })
    const titles = lines.map((line) => /They agree|ConnectRequest|is here/.exec(line)?.[0])
    expect(titles.slice(-3)).toEqual(['They agree', 'ConnectRequest', 'is here'])
  })

  test('it is told once, not with every step', () => {
    const lines = textOf((reporter) => {
      reporter.trace(NOTE)
      reporter.begin(STEP)
      reporter.begin(STEP)
    })
    expect(lines.filter((line) => line.includes('is here'))).toHaveLength(1)
  })

  test('a failure: the reason, and at the end which step it was', () => {
    const lines = textOf((reporter) => {
      reporter.begin(STEP)
      reporter.failed(STEP, 'the keys differ')
      reporter.finished(STEP)
      reporter.stopped()
    })
    expect(lines.slice(2)).toEqual([
      '   ✘ the keys differ',
      '',
      'Step 3 failed: They agree a key',
      'The lab has stopped.',
    ])
  })

  test('a good end, and how to stop what stays up', () => {
    const lines = textOf((reporter) => {
      reporter.finished(undefined)
      reporter.waiting()
    })
    expect(lines).toEqual([
      '',
      'The story is told: every step did what it should.',
      'The lab stays up. Press Ctrl-C to stop it.',
    ])
  })

  test('colours only where they may be', () => {
    expect(textOf(tellFailure).join('')).not.toContain('\u001b')
    expect(textOf(tellFailure, true).filter((line) => line.includes('\u001b['))).toHaveLength(4)
  })
})

describe('for programs', () => {
  test('each event is one object on one line, and trace items are as they came', () => {
    const events = eventsOf((reporter) => {
      reporter.trace(RECEIVED)
      reporter.started(ADDRESSES, DATA)
      reporter.begin(STEP)
      reporter.trace(NOTE)
      reporter.passed(STEP, 'good')
      reporter.failed(STEP, 'bad')
      reporter.finished(undefined)
      reporter.finished(STEP)
      reporter.waiting()
      reporter.stopped()
    })
    const step = { step: 3, title: 'They agree a key' }
    expect(events).toEqual([
      RECEIVED,
      { kind: 'started', addresses: ADDRESSES, data: DATA },
      { kind: 'step', ...step },
      NOTE,
      { kind: 'passed', ...step, sentence: 'good' },
      { kind: 'failed', ...step, reason: 'bad' },
      { kind: 'finished', ok: true },
      { kind: 'finished', ok: false, failedStep: 3 },
      { kind: 'waiting' },
      { kind: 'stopped' },
    ])
  })

  test('a line break in a reason stays inside its line', () => {
    const lines: string[] = []
    createJsonReporter({ write: (line) => void lines.push(line) }).failed(STEP, 'one\ntwo')
    expect(lines[0]?.split('\n')).toHaveLength(1)
  })
})
