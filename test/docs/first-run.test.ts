import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { DEFAULT_LAB_CONFIG } from '../../src/lab/lab-config.ts'
import { createJsonReporter, createTextReporter, type LabReporter } from '../../src/lab/reporter.ts'
import { runStory, STORY } from '../../src/lab/run-story.ts'
import { startLab } from '../../src/lab/start-lab.ts'
import type { Trace } from '../../src/trace/trace.ts'
import { codesIn, fencesOf, readPage, tableUnder } from './pages.fixture.ts'

interface Printed {
  /** For people. */
  readonly lines: readonly string[]
  /** For programs: JSON, one event a line. */
  readonly events: readonly string[]
}

/** What a whole run of the lab prints, in both forms. */
async function runLab(dataFolder: string): Promise<Printed> {
  const lines: string[] = []
  const events: string[] = []
  const people = createTextReporter({
    write: (line) => lines.push(line),
    columns: 160,
    colour: false,
    startMs: systemClock.nowMs(),
  })
  const programs = createJsonReporter({ write: (line) => events.push(line) })
  const tell = (write: (reporter: LabReporter) => void): void => {
    write(people)
    write(programs)
  }
  const trace: Trace = (item) => tell((to) => to.trace(item))
  const ports = { clock: systemClock, random: createSystemRandom(), trace }
  const lab = await startLab({ config: DEFAULT_LAB_CONFIG, dataFolder }, ports)
  try {
    const data = { path: dataFolder, isTemporary: true }
    tell((to) => to.started(lab.addresses, data))
    const failed = await runStory(lab.world, {
      begin: (step) => tell((to) => to.begin(step)),
      passed: (step, sentence) => tell((to) => to.passed(step, sentence)),
      failed: (step, reason) => tell((to) => to.failed(step, reason)),
    })
    tell((to) => to.finished(failed))
  } finally {
    await lab.stop()
  }
  return { lines, events }
}

/** A line without what differs from run to run: times, ports, keys, random numbers, and values that are cut. */
function essence(line: string): string {
  const [, ends, message] = /^ +[\d.]+ {2}(.{12} ──▶ .{12} .{7}) (.*?)(?: {2}.*)?$/.exec(line) ?? []
  if (ends !== undefined) return `${ends} ${message}`
  return line
    .replace(/ {2,}\/\S+/, ' FOLDER')
    .replace(/[\w+/]{22}==/g, 'RAND')
    .replace(/\b[0-9a-f]{4,}(:[0-9a-f]{4})*/g, 'HEX')
    .replace(/\d+(\.\d+)?/g, 'N')
    .replace(/ {2,}/g, ' ')
}

/** Fields of each kind of event that a run, and its other ends, can print. */
function fieldsSeen({ events }: Pick<Printed, 'events'>): Map<string, Set<string>> {
  const others: string[] = []
  const reporter = createJsonReporter({ write: (line) => others.push(line) })
  const [step] = STORY
  if (step === undefined) throw new Error('the story has no step')
  reporter.failed(step, 'reason')
  reporter.finished(step)
  reporter.waiting()
  reporter.stopped()
  const seen = new Map<string, Set<string>>()
  for (const line of [...events, ...others]) {
    const { kind, ...fields } = JSON.parse(line) as { kind: string }
    const names = seen.get(kind) ?? new Set()
    for (const name of Object.keys(fields)) names.add(name)
    seen.set(kind, names)
  }
  return seen
}

let printed: Printed
const folder = mkdtempSync(join(tmpdir(), 'cpns-docs-'))
beforeAll(async () => {
  printed = await runLab(folder)
}, 30_000)
afterAll(() => rmSync(folder, { recursive: true }))

test('every line that the tutorial shows is printed by a run of the lab', () => {
  const known = new Set(printed.lines.map(essence))
  const shown = fencesOf(readPage('tutorial/first-run.md'))
    .filter(({ language }) => language === 'text')
    .flatMap(({ lines }) => lines)
  expect(shown.length).toBeGreaterThan(40)
  expect(shown.filter((line) => !known.has(essence(line)))).toEqual([])
})

describe('how-to/run-the-lab-in-a-script.md', () => {
  const page = readPage('how-to/run-the-lab-in-a-script.md')
  const documented = new Map(
    tableUnder(page, 'One event a line').rows.map(([kind = '', fields = '']) => [
      codesIn(kind)[0],
      codesIn(fields),
    ]),
  )

  test('every kind of event', () => {
    expect(new Set(documented.keys())).toEqual(new Set(fieldsSeen(printed).keys()))
  })

  test('every field of every kind', () => {
    for (const [kind, names] of fieldsSeen(printed)) {
      expect(new Set(documented.get(kind)), kind).toEqual(names)
    }
  })
})
