import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  allSources,
  codesIn,
  ROOT,
  readPage,
  readProjectFile,
  tablesOf,
  tableUnder,
} from './pages.fixture.ts'

const page = readPage('reference/documents.md')
const sources = allSources()
const everySource = sources.map(({ text }) => text).join('\n')

const CITATION =
  /\b(?:TS (?:\d{2}\.\d{3}|\d{3} \d{3})|RFC \d+|FIPS \d+|NIST SP 800-38D|ISO\/IEC \d+-\d+|C\.S\d{4}|XML 1\.0)/g

const documents = tablesOf(page)
  .filter(({ header }) => header.includes('release'))
  .flatMap(({ rows }) => rows.map(([name]) => name as string))

describe('reference/documents.md', () => {
  test('lists every document that a source cites', () => {
    const missing = sources.flatMap(({ path, text }) =>
      (text.match(CITATION) ?? [])
        .filter((name) => !documents.includes(name))
        .map((name) => `${name} in ${path}`),
    )
    expect([...new Set(missing)]).toEqual([])
  })

  test('lists no document that no source or test cites', () => {
    const tests = ['src/crypto/hash.test.ts', 'src/crypto/hkdf.test.ts', 'test/vectors/README.md']
    const cited = [everySource, ...tests.map(readProjectFile)].join('\n')
    expect(documents.filter((name) => !cited.includes(name))).toEqual([])
  })

  test('no document twice', () => {
    expect(new Set(documents).size).toBe(documents.length)
  })

  test('rules of the design are cited by numbers that it has', () => {
    const cited = new Set(everySource.match(/\b[KM]-\d+\b/g))
    const known = ['K-1', 'K-2', 'K-3', 'K-4', 'K-5', 'K-6', ...range(1, 8).map((n) => `M-${n}`)]
    expect([...cited].filter((rule) => !known.includes(rule))).toEqual([])
    const sections = new Set(everySource.match(/\b[Dd]esign \d+/g))
    const numbers = [...sections].map((section) => Number(section.split(' ')[1]))
    expect(numbers.filter((number) => number < 1 || number > 13)).toEqual([])
  })
})

describe('facts that are from memory', () => {
  const facts = tableUnder(page, 'Facts that are from memory')

  test.each(facts.rows)('%s (%s)', (_fact, _sure, where = '') => {
    const [name = '', file = ''] = codesIn(where)
    expect(existsSync(join(ROOT, file))).toBe(true)
    expect(readProjectFile(file)).toMatch(new RegExp(`\\b(?:function|const) ${name}\\b`))
  })

  test('every docstring that says so is in the table', () => {
    const saying = sources
      .filter(({ text }) => /\bfrom memory\b/i.test(text))
      .map(({ path }) => path)
    const inTable = facts.rows.flatMap(([, , where = '']) => codesIn(where))
    // What only refers to such a fact names its function's home, or is one of these.
    const referring = ['src/bsf/options.ts']
    expect(saying.filter((path) => !inTable.includes(path) && !referring.includes(path))).toEqual(
      [],
    )
  })
})

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
