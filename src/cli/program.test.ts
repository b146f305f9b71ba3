import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runProgram, usageErrorOf } from './program.fixture.ts'
import { createProgram } from './program.ts'

const COMMANDS = [
  'lab',
  'calc',
  'hss',
  'bsf',
  'server',
  'gateway',
  'pne',
  'pn',
  'app',
  'curl',
  'entity',
  'eukey',
  'user',
  'session',
  'key',
  'subscriber',
  'trace',
  'backup',
  'restore',
  'migrate',
  'config',
  'doctor',
  'completion',
  'uicc',
  'bench',
]

test('every command is mounted, with a sentence about it', () => {
  const { commands } = createProgram()
  expect(commands.map((command) => command.name())).toEqual(COMMANDS)
  for (const command of commands) expect(command.description()).not.toBe('')
})

describe('help', () => {
  test('of the program names every command', async () => {
    const { status, stdout, stderr } = await runProgram(['--help'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ +${name} `, 'm'))
  })

  test('of the program tells the exit statuses', async () => {
    expect((await runProgram(['--help'])).stdout).toMatch(
      /\nExit status: 0 all .*, 1 .*, 2 wrong .*\n$/,
    )
  })

  test.each(COMMANDS)('of %s', async (name) => {
    const { status, stdout } = await runProgram([name, '--help'])
    expect(status).toBe(0)
    expect(stdout).toMatch(new RegExp(`^Usage: cpns ${name} `))
  })
})

test('the version is that of the package', async () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  for (const flag of ['--version', '-V']) {
    expect(await runProgram([flag])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
  }
})

describe('what cannot be understood is one line and status 2', () => {
  test('an unknown command, with the nearest one', async () => {
    expect(usageErrorOf(await runProgram(['lob']))).toMatch(/'lob'.*lab.*--help/)
    expect(usageErrorOf(await runProgram(['eukey', 'lst']))).toMatch(/'lst'.*list/)
  })

  test('an unknown flag, with the nearest one', async () => {
    expect(usageErrorOf(await runProgram(['lab', '--onec']))).toMatch(/--onec.*--once/)
    expect(usageErrorOf(await runProgram(['--zzz']))).toContain('--zzz')
  })

  test('an unknown flag before what its slip makes missing, or two that exclude each other', async () => {
    const slip = usageErrorOf(await runProgram(['entity', 'add', 'x', '--dta', './server']))
    expect(slip).toMatch(/--dta.*Did you mean --data/)
    const both = ['--data', 'x', '--impi', 'a', '--user', 'b', '--jsn']
    expect(usageErrorOf(await runProgram(['entity', 'add', 'x', ...both]))).toMatch(/--jsn.*--json/)
    const text = await runProgram(['pne', 'send', '--data', 'x', '--', '--no-flag'])
    expect(usageErrorOf(text)).toContain("required option '--to")
  })

  test('a value that stands at an unknown flag is not repeated', async () => {
    const line = usageErrorOf(await runProgram(['subscriber', 'add', '--key=465b5ce8b199b49f']))
    expect(line).toContain("'--key'")
    expect(line).not.toContain('465b')
  })

  test('a flag without its value, a required one that is missing, words too many', async () => {
    expect(usageErrorOf(await runProgram(['lab', '--data']))).toContain('--data')
    expect(usageErrorOf(await runProgram(['eukey', 'list']))).toContain('--data')
    expect(usageErrorOf(await runProgram(['lab', 'now']))).toContain('arguments')
  })
})

test('no command at all: the help, on standard error', async () => {
  const { status, stdout, stderr } = await runProgram([])
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(/^Usage: cpns /)
})
