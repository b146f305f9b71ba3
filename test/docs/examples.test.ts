import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { CALCULATORS, calcCommand } from '../../src/cli/calc.ts'
import { allPages, codesIn, fencesOf, readPage, sectionOf, tablesOf } from './pages.fixture.ts'
import { type Example, examplesOf } from './shell.fixture.ts'

const examples = allPages().flatMap(({ path, text: page }) =>
  fencesOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(examplesOf)
    .filter(({ words }) => words[0] === 'cpns' && words[1] === 'calc')
    .map((example) => ({ ...example, path })),
)

/** Runs `cpns calc` in this process. @returns Lines of its output. */
async function run({ words, input }: Example): Promise<string[]> {
  const output = new PassThrough()
  const command = calcCommand({ input: Readable.from([Buffer.from(input)]), output })
  await command.parseAsync(words.slice(2), { from: 'user' })
  output.end()
  return (await text(output)).split('\n').slice(0, -1)
}

describe('examples of the calculators print what the pages say', () => {
  test.each(examples)('$path: $command', async (example) => {
    expect(await run(example)).toEqual(example.output)
  })
})

describe.each(CALCULATORS)('reference/calc.md, $name', (calculator) => {
  const section = sectionOf(readPage('reference/calc.md'), calculator.name)
  const [fields, outputs] = tablesOf(section)
  const codes = (table: typeof fields) =>
    table?.rows.flatMap(([first = '']) => codesIn(first)) ?? []

  test('every field, in any order', () => {
    expect(codes(fields).sort()).toEqual([...calculator.fieldNames].sort())
  })

  test('every output, as one of the examples shows it', () => {
    const shown = examples
      .filter(({ path, words }) => path.endsWith('/calc.md') && words[2] === calculator.name)
      .flatMap(({ output }) => output)
      .map((line) => Object.keys(JSON.parse(line) as object))
    expect(shown).toContainEqual(codes(outputs))
  })
})
