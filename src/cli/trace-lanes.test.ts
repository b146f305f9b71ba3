import { describe, expect, test } from 'vitest'
import type { TraceLine } from '../adapters/capture/trace-lines.ts'
import { createLanes, type LanesOptions } from './trace-lanes.ts'

const OPTIONS: LanesOptions = { columns: 80, colour: false, nameOf: (name) => name }

const message = (from: string, to: string, change: object = {}): TraceLine => ({
  kind: 'message',
  atMs: 1_000,
  point: 'Zh',
  side: 'sent',
  from,
  to,
  message: 'Multimedia-Auth-Request',
  fields: { 'User-Name': 'a@b' },
  ...change,
})

function lines(events: readonly TraceLine[], change: Partial<LanesOptions> = {}): string[] {
  const lanes = createLanes({ ...OPTIONS, ...change })
  lanes.expect(['BSF', 'HSS', 'NAF'])
  return events.flatMap((event) => lanes.add(event))
}

describe('lanes', () => {
  test('names once, then arrows in both directions, and notes', () => {
    const note: TraceLine = { kind: 'note', atMs: 1_250, entity: 'HSS', text: 'looks it up' }
    const told = lines([message('BSF', 'HSS'), note, message('NAF', 'BSF', { fields: {} })])
    expect(told).toEqual([
      '          BSF        HSS        NAF',
      '   0.000  │─────────▶│          │           Zh Multimedia-Auth-Request  User-Na…',
      '   0.250  │          ●          │           looks it up',
      '   0.000  │◀────────────────────│           Zh Multimedia-Auth-Request',
    ])
  })

  test('a new entity gets a column and new names', () => {
    const told = lines([message('BSF', 'HSS'), message('UE', 'BSF')])
    expect(told).toHaveLength(4)
    expect(told[2]).toMatch(/BSF +HSS +NAF +UE$/)
  })

  test('where columns leave no room for words, each line names its ends in words', () => {
    const lanes = createLanes(OPTIONS)
    lanes.expect(Array.from({ length: 12 }, (_, n) => `entity ${n}`))
    const note: TraceLine = { kind: 'note', atMs: 1_250, entity: 'HSS', text: 'looks it up' }
    expect([message('BSF', 'HSS'), note].flatMap((event) => lanes.add(event))).toEqual([
      '   0.000  BSF ▶ HSS                        Zh Multimedia-Auth-Request  User-Nam…',
      '   0.250  HSS                              looks it up',
    ])
    expect(lines([message('BSF', 'HSS')], { columns: 40 })).toEqual([
      '   0.000  BSF ▶ HSS        Zh Multimedi…',
    ])
  })

  test('no line is wider than the terminal, whatever is in it', () => {
    const long = message('a name that is very long', 'HSS', { message: 'x'.repeat(500) })
    for (const columns of [20, 40, 200]) {
      for (const line of lines([long, message('BSF', 'HSS')], { columns })) {
        expect(line.length).toBeLessThanOrEqual(columns)
      }
    }
  })

  test('what a file holds does not steer the terminal', () => {
    const evil = message('BSF', '\u001b[2J', { message: '\u001b]0;x\u0007', fields: { a: '\n' } })
    expect(lines([evil]).join('')).not.toMatch(/\p{Cc}/u)
  })

  test('colours only where they are wanted', () => {
    const [, line] = lines([message('BSF', 'HSS')], { colour: true })
    expect(line).toContain('\u001b[33m Zh')
    expect(line?.endsWith('\u001b[0m')).toBe(true)
  })
})
