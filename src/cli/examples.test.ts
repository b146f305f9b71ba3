import { describe, expect, test } from 'vitest'
import { everyCommand, exampleWords } from './examples.fixture.ts'
import { runProgram } from './program.fixture.ts'

const all = everyCommand()

describe('help', () => {
  test.each(all)('$name has one example, or one block of them', ({ help }) => {
    expect(help.match(/^Example.*:$/gm)).toHaveLength(1)
  })

  test.each(all)('$name: its examples are commands, with flags that are there', ({ help }) => {
    for (const [, ...words] of exampleWords(help)) {
      const found = all
        .filter(({ name }) => `cpns ${words.join(' ')} `.startsWith(`${name} `))
        .at(-1)
      const known = ['--help', ...(found?.command.options ?? []).map(({ long }) => long)]
      const flags = words.filter((word) => word.startsWith('--'))
      expect(flags.filter((flag) => !known.includes(flag))).toEqual([])
      const needed = found?.command.options.filter((option) => option.mandatory) ?? []
      const missing = needed.filter(({ long }) => !flags.includes(long ?? ''))
      if (!flags.includes('--help')) expect(missing.map(({ flags }) => flags)).toEqual([])
    }
  })
})

const calculators = all.filter(({ name }) => name.startsWith('cpns calc '))

test.each(calculators)('$name: its example runs', async ({ help }) => {
  const [words = []] = exampleWords(help)
  expect(words.length).toBeGreaterThan(3)
  expect(await runProgram(words.slice(1))).toMatchObject({ status: 0, stderr: '' })
})
