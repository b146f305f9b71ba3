import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { fileOptionsOf } from '../../src/cli/config-file.ts'
import { serveCommandOf } from '../../src/cli/config-schema.ts'
import { createProgram } from '../../src/cli/program.ts'
import { DEFAULT_LAB_CONFIG, LAB_SETTINGS, readLabConfig } from '../../src/lab/lab-config.ts'
import { allSources, codesIn, fencesOf, readPage, sectionOf, tableUnder } from './pages.fixture.ts'

const page = readPage('reference/configuration.md')
const settings = tableUnder(page, 'The lab').rows.map(([name = '', value = '', values = '']) => ({
  path: (codesIn(name)[0] ?? '').split('.'),
  value: JSON.parse(codesIn(value)[0] ?? '') as unknown,
  values,
}))
const folder = mkdtempSync(join(tmpdir(), 'cpns-docs-'))
afterAll(() => rmSync(folder, { recursive: true }))

function read(config: unknown) {
  const file = join(folder, 'lab.json')
  writeFileSync(file, JSON.stringify(config))
  return readLabConfig(file)
}

/** A setting alone in a file. */
function nested([first = '', ...rest]: readonly string[], value: unknown): unknown {
  return { [first]: rest.length === 0 ? value : nested(rest, value) }
}

function flat(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [path.join('.')]
  return Object.entries(value).flatMap(([name, inner]) => flat(inner, [...path, name]))
}

describe('reference/configuration.md', () => {
  test('has every setting, and no other', () => {
    const documented = settings.map(({ path }) => path.join('.'))
    expect(documented.sort()).toEqual(flat(DEFAULT_LAB_CONFIG).sort())
  })

  test.each(settings)('$path: its default is the default', ({ path, value }) => {
    expect(read(nested(path, value))).toEqual(DEFAULT_LAB_CONFIG)
  })

  test.each(settings)('$path: exactly the values that are allowed', ({ path, values }) => {
    const words = codesIn(values).map((word) => JSON.parse(word) as unknown)
    const [min, max] = (/^(\d+) to (\d+)$/.exec(values) ?? []).slice(1).map(Number)
    const allowed = min === undefined || max === undefined ? words : [min, max]
    const refused =
      min === undefined || max === undefined ? ['0.0.0.0'] : [min - 1, max + 1, min + 0.5]
    expect(allowed.length).toBeGreaterThan(0)
    for (const value of allowed) expect(() => read(nested(path, value))).not.toThrow()
    for (const value of refused) expect(() => read(nested(path, value))).toThrow(path.join('.'))
  })

  test('has the flag and the variable of every setting of the lab', () => {
    const rows = tableUnder(page, 'The lab').rows.map((row) => [row[0], row.at(-1)].map(String))
    expect(rows.map((row) => row.flatMap(codesIn))).toEqual(
      LAB_SETTINGS.map(({ path, flag, variable }) => [path.join('.'), flag, variable]),
    )
  })

  test.each(['hss', 'bsf', 'server', 'gateway'] as const)(
    'has key, flag and variable of every option of %s',
    (entity) => {
      const { rows } = tableUnder(page, `Options of ${entity}`)
      const options = fileOptionsOf(serveCommandOf(createProgram(), entity))
      expect(rows.map((row) => row.flatMap(codesIn))).toEqual(
        [...options].map(([key, { long, envVar }]) => [key, long, envVar]),
      )
    },
  )

  test('an unknown setting is an error', () => {
    expect(() => read({ surprise: 1 })).toThrow('configuration')
  })

  test('the example is a good file', () => {
    const [example] = fencesOf(sectionOf(page, 'The lab')).filter(
      ({ language }) => language === 'json',
    )
    expect(() => read(JSON.parse(example?.lines.join('\n') ?? ''))).not.toThrow()
  })

  test('every environment variable that the apps read', () => {
    const read = allSources().flatMap(({ text }) =>
      [...text.matchAll(/process\.env\.(\w+)/g)].map((match) => match[1] as string),
    )
    const documented = tableUnder(page, 'The environment').rows.map(
      ([name = '']) => codesIn(name)[0],
    )
    expect(new Set(documented)).toEqual(new Set(read))
  })
})
