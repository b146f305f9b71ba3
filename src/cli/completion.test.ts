import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { completionScript } from './completion.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'
import { createProgram } from './program.ts'

/** What bash would offer after these words. */
function offered(...words: readonly string[]): string[] {
  const script = `${completionScript('bash', createProgram())}
COMP_WORDS=(cpns "$@"); COMP_CWORD=$#; _cpns; printf '%s\\n' "\${COMPREPLY[@]}"`
  const told = execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' })
  return told.split('\n').filter((word) => word !== '')
}

describe('bash', () => {
  test.each([
    [['la'], ['lab']],
    [['uicc', 'ser'], ['serve']],
    [['bsf', 'serve', '--met'], ['--metrics']],
    [['bsf', 'serve', '--data', './x', '--zn-'], ['--zn-listen']],
    [['lab', '--onc'], ['--once']],
    [['nothing', '--once'], []],
  ])('%j', (words, expected) => {
    expect(offered(...words)).toEqual(expected)
  })

  test('a name that another command has too does not mislead', () => {
    expect(offered('app', 'add', '--ser')).toEqual(['--service'])
  })
})

test('zsh takes that of bash, fish has one line a word', () => {
  const zsh = completionScript('zsh', createProgram())
  expect(zsh).toMatch(/^autoload -U \+X bashcompinit/)
  expect(zsh).toContain('complete -o default -F _cpns cpns')
  const fish = completionScript('fish', createProgram()).split('\n')
  expect(fish).toContain("complete -c cpns -n '__fish_use_subcommand' -f -a lab")
  expect(fish).toContain("complete -c cpns -n '__fish_seen_subcommand_from lab' -l once")
})

test('the command prints it; another shell is refused', async () => {
  const { status, stdout } = await runProgram(['completion', 'bash'])
  expect(status).toBe(0)
  expect(stdout).toContain('_cpns()')
  expect(usageErrorOf(await runProgram(['completion', 'dos']))).toContain('bash, zsh, fish')
})

test.each([
  [['labb'], 'lab'],
  [['lab', '--onc'], '--once'],
  [['bsf', 'server'], 'serve'],
])('%j is a slip: what was meant is said', async (words, meant) => {
  expect(usageErrorOf(await runProgram(words))).toContain(`Did you mean ${meant}?`)
})
