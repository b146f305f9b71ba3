import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, readPage, readProjectFile, tableUnder } from './pages.fixture.ts'

const { header, rows } = tableUnder(readPage('explanation/security.md'), 'Attacks')

/** Tests of a row, as file and title. */
const testsIn = (cell: string): (readonly [file: string, title: string])[] =>
  [...cell.matchAll(/`([^`]+)` "([^"]+)"/g)].map(([, file = '', title = '']) => [file, title])

test('every attack says what stops it, and is told once', () => {
  expect(header).toEqual(['attack', 'what stops it', 'test'])
  expect(rows.length).toBeGreaterThan(15)
  for (const row of rows) {
    expect(row).toHaveLength(3)
    for (const cell of row) expect(cell, row[0]).not.toBe('')
  }
  const attacks = rows.map(([attack]) => attack)
  expect(new Set(attacks).size).toBe(attacks.length)
})

test.each(rows.map(([attack = '', , tests = '']) => ({ attack, tests })))(
  '$attack: its tests are there',
  ({ tests }) => {
    const named = testsIn(tests)
    expect(named.length).toBeGreaterThan(0)
    // Nothing but tests, so that none is misspelt into prose.
    expect(named.map(([file, title]) => `\`${file}\` "${title}"`).join('; ')).toBe(tests)
    for (const [file, title] of named) {
      expect(existsSync(join(ROOT, file)), file).toBe(true)
      const text = readProjectFile(file)
      const isThere = [`'${title}'`, `"${title}"`, `\`${title}\``].some((it) => text.includes(it))
      expect(isThere, `${file} "${title}"`).toBe(true)
    }
  },
)
