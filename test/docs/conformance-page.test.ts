import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  allSources,
  codesIn,
  ROOT,
  readPage,
  readProjectFile,
  tableUnder,
  unwrapped,
} from './pages.fixture.ts'

const page = readPage('reference/conformance.md')
const sources = allSources()
const CLAUSES = ['7.4.3', '7.4.3.1', '7.4.3.2', '7.5.2']

/** A row of any of the tables. */
interface Row {
  readonly name: string
  readonly statement: string
  readonly code: readonly string[]
  /** Test file and title. */
  readonly tests: readonly (readonly [file: string, title: string])[]
  readonly state: string
}

function rowsUnder(title: string): Row[] {
  const { header, rows } = tableUnder(page, title)
  return rows.map((cells) => {
    const cell = (name: string): string => cells[header.indexOf(name)] ?? ''
    return {
      name: `${title} ${cell('nr')}`,
      statement: cells[1] ?? '',
      code: codesIn(cell('code')),
      tests: [...cell('test').matchAll(/`([^`]+)` "([^"]+)"/g)].map(([, file, titleOf]) => [
        file as string,
        titleOf as string,
      ]),
      state: cell('state'),
    }
  })
}

/** Sentences of a clause; its paragraphs are lines. */
function sentencesOf(clause: string): string[] {
  const text = readProjectFile('test/vectors/change-request-clauses.txt').split('----\n')[1] ?? ''
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line === clause || line.startsWith(`${clause} `))
  const length = lines.slice(start + 1).findIndex((line) => /^(Change \d|7\.\d)/.test(line))
  return lines
    .slice(start + 1, length < 0 ? undefined : start + 1 + length)
    .flatMap((line) => line.replace(/^· /, '').split(/(?<=[.:])\s+(?=[A-Z])/))
    .map(unwrapped)
}

const rows = CLAUSES.flatMap((clause) => rowsUnder(`CR ${clause}`))
const chosen = rowsUnder('Chosen deviations')
const deviations = [...chosen, ...rowsUnder('Deviations from other documents')]

describe('reference/conformance.md', () => {
  test.each(CLAUSES)('CR %s: every sentence with SHALL or SHOULD has a row', (clause) => {
    const demands = sentencesOf(clause).filter((sentence) => /\b(shall|should)\b/i.test(sentence))
    expect(demands.length).toBeGreaterThan(0)
    const stated = rowsUnder(`CR ${clause}`).map(({ statement }) => statement)
    expect(demands.filter((sentence) => !stated.includes(sentence))).toEqual([])
  })

  test.each(CLAUSES)('CR %s: every row is a sentence of it', (clause) => {
    const sentences = sentencesOf(clause)
    const stated = rowsUnder(`CR ${clause}`).map(({ statement }) => statement)
    expect(stated.filter((statement) => !sentences.includes(statement))).toEqual([])
  })

  test.each([...rows, ...deviations])('$name: state, code and tests are there', (row) => {
    if (row.state !== 'done') {
      expect(row.state).toMatch(/^issue \d+ later$/)
      expect([...row.code, ...row.tests]).toEqual([])
      return
    }
    expect(row.code.length).toBeGreaterThan(0)
    expect(row.tests.length).toBeGreaterThan(0)
    for (const file of row.code) expect(existsSync(join(ROOT, file)), file).toBe(true)
    for (const [file, title] of row.tests) {
      const titled = [`'${title}'`, `"${title}"`, `\`${title}\``]
      const text = readProjectFile(file)
      expect(
        titled.some((quoted) => text.includes(quoted)),
        `${file} "${title}"`,
      ).toBe(true)
    }
  })

  test('the chosen deviations are all there, and so is every one that a source declares', () => {
    expect(chosen.map(({ name }) => name.at(-1))).toEqual(['a', 'b', 'c', 'd', 'e'])
    const declaring = sources.filter(({ text }) => /\bDeviation\b/.test(text))
    const listed = deviations.flatMap(({ code }) => code)
    expect(declaring.map(({ path }) => path).filter((path) => !listed.includes(path))).toEqual([])
  })

  test('every citation of the change request is listed, and no other', () => {
    const cited = sources.flatMap(({ path, text }) =>
      [...new Set(text.match(/\bCR 7(?:\.\d+)*/g))].map((clause) => `${clause} in ${path}`),
    )
    const listed = tableUnder(page, 'Where the clauses are cited').rows.flatMap(
      ([clause = '', files = '']) => codesIn(files).map((file) => `${clause} in ${file}`),
    )
    expect(listed.sort()).toEqual(cited.sort())
  })
})
