import { expect, test } from 'vitest'
import { completionScript } from './completion.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'
import { createProgram } from './program.ts'

test('zsh takes that of bash', () => {
  const [bash, zsh] = (['bash', 'zsh'] as const).map((shell) =>
    completionScript(shell, createProgram()),
  )
  expect(zsh).toBe(`autoload -U +X bashcompinit && bashcompinit\n${bash}`)
  expect(bash).toContain('complete -o default -F _cpns cpns')
})

test('fish has its own', () => {
  expect(completionScript('fish', createProgram())).toMatch(/^complete -c cpns -f\n/)
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
