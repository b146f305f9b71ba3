import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { CALCULATORS } from '../../src/cli/calc.ts'
import { createProgram } from '../../src/cli/program.ts'
import { allPages, codesIn, fencesOf, readPage, sectionOf, tablesOf } from './pages.fixture.ts'
import { examplesOf } from './shell.fixture.ts'

const page = readPage('reference/commands.md')

/** A command without subcommands, by its full name. */
interface Leaf {
  readonly name: string
  readonly command: Command
}

function leavesOf(command: Command, before: readonly string[] = []): Leaf[] {
  const path = [...before, command.name()]
  if (command.commands.length === 0) return [{ name: path.join(' '), command }]
  return command.commands.flatMap((sub) => leavesOf(sub, path))
}

const program = createProgram()
const leaves = leavesOf(program)
const isCalculator = ({ name }: Leaf): boolean => name.startsWith('cpns calc ')
const others = leaves.filter((leaf) => !isCalculator(leaf))
const flagsOf = (command: Command): string[] => command.options.map(({ flags }) => flags)

function documentedFlags(title: string): string[] {
  const [table] = tablesOf(sectionOf(page, title))
  return table?.rows.flatMap(([flag = '']) => codesIn(flag)) ?? []
}

describe('reference/commands.md', () => {
  test('has a section for every command, and for no other', () => {
    const titles = [...page.matchAll(/^## (cpns .+)$/gm)].map((match) => match[1] as string)
    const names = [...others.map(({ name }) => name), 'cpns calc']
    expect(titles.sort()).toEqual(names.sort())
  })

  test.each(others)('$name: its usage line, arguments and flags', ({ name, command }) => {
    const section = sectionOf(page, name)
    const args = command.registeredArguments.map((argument) => {
      const written = argument.variadic ? `${argument.name()}...` : argument.name()
      return argument.required ? `<${written}>` : `[${written}]`
    })
    expect(codesIn(section)[0]?.split(' ')).toEqual([...name.split(' '), ...args])
    expect(documentedFlags(name)).toEqual(flagsOf(command))
  })

  test.each(others)('$name: what must be given is marked', ({ name, command }) => {
    const [table] = tablesOf(sectionOf(page, name))
    const marked = table?.rows
      .filter(([, value = '']) => value === 'must be given')
      .flatMap(([flag = '']) => codesIn(flag))
    const mandatory = command.options.filter((option) => option.mandatory)
    expect(marked ?? []).toEqual(mandatory.map(({ flags }) => flags))
  })

  test('calc: the flags that all calculators have; the others are their fields', () => {
    const fields = new Set(CALCULATORS.flatMap(({ fieldNames }) => fieldNames))
    const common = leaves
      .filter(isCalculator)
      .flatMap(({ command }) => command.options)
      .filter((option) => !fields.has(option.attributeName()))
      .map(({ flags }) => flags)
    expect(documentedFlags('cpns calc')).toEqual([...new Set(common)])
    const names = codesIn(sectionOf(page, 'cpns calc'))
    expect(CALCULATORS.filter(({ name }) => !names.includes(name))).toEqual([])
  })
})

describe('command lines in the pages', () => {
  const lines = allPages().flatMap(({ path, text }) =>
    fencesOf(text)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ lines: body }) =>
        examplesOf({
          language: 'sh',
          lines: body.map((line) => (/^(npx )?cpns /.test(line) ? `$ ${line}` : line)),
        }),
      )
      .filter(({ words }) => words[0] === 'cpns')
      .map(({ words }) => ({ path, words })),
  )

  test.each(lines)('$path: $words', ({ words }) => {
    const end = words.findIndex((word) => ['|', '>', '&&'].includes(word))
    const { command, rest } = descend(program, words.slice(1, end < 0 ? undefined : end))
    expect(command.commands).toHaveLength(0)
    const flags = rest.filter((word) => /^--?[a-z]/i.test(word))
    const known = command.options.flatMap(({ long, short }) => [long, short])
    expect(flags.filter((flag) => !known.includes(flag))).toEqual([])
  })
})

function descend(
  from: Command,
  [word, ...rest]: readonly string[],
): { command: Command; rest: readonly string[] } {
  const sub = from.commands.find((command) => command.name() === word)
  return sub === undefined ? { command: from, rest: [word ?? '', ...rest] } : descend(sub, rest)
}
