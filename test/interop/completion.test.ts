/** Completion in real shells at a real terminal: somebody types the beginning of a word, and Tab. Issue 6, 4 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { completionScript } from '../../src/cli/completion.ts'
import { createProgram } from '../../src/cli/program.ts'
import { findInteropTool } from '../support/interop-tool.ts'

const BASH_COMPLETION = '/usr/share/bash-completion/bash_completion'
/** `script` gives its child a terminal. */
const terminal = findInteropTool('script', 'bsdutils')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-completion-'))
  mkdirSync(join(folder, 'my-data'))
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    writeFileSync(join(folder, `cpns.${shell}`), completionScript(shell, createProgram()))
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** In place of the program: it shows its words. No shell is to show them when they are typed. */
const SHELLS = {
  bash: {
    command: 'bash --norc --noprofile -i',
    start: [
      `source ${BASH_COMPLETION}`,
      'bind "set bell-style none"',
      'cpns() { printf "<%s>" "$@"; }',
      'source ./cpns.bash',
    ],
  },
  zsh: {
    command: 'zsh -f -i',
    start: [
      'autoload -U compinit && compinit -u -D',
      'cpns() { printf "<%s>" "$@"; }',
      'source ./cpns.zsh',
    ],
  },
  fish: {
    command: 'fish --no-config -i',
    start: ['function cpns; printf "<%s>" $argv; end', 'source ./cpns.fish'],
  },
}

/** Types a line into a shell; what the shell shows before `until` comes. */
async function typed(shell: keyof typeof SHELLS, line: string, until: string): Promise<string> {
  const { command, start } = SHELLS[shell]
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, TERM: 'dumb', PS1: '$ ', LC_ALL: 'C.UTF-8' },
  })
  let shown = ''
  child.stdout.on('data', (text) => (shown += String(text)))
  const shows = async (text: string): Promise<boolean> => {
    for (let n = 0; n < 200 && !shown.includes(text); n++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return shown.includes(text)
  }
  for (const [n, one] of start.entries()) {
    // The shell has taken a line when it shows what comes of the next command on it.
    child.stdin.write(`${one}; echo rea""dy-${n}\n`)
    if (!(await shows(`ready-${n}`))) break
  }
  child.stdin.write(line)
  await shows(until)
  child.kill()
  return shown
}

const CASES = [
  ['a command, then a flag', 'cpns la\t--onc\t\n', '<lab><--once>'],
  ['a subcommand', 'cpns gatew\tlog\t\n', '<gateway><login>'],
  ['a flag that every command has', 'cpns entity remove x --js\t\n', '<entity><remove><x><--json>'],
  ['a value', 'cpns lab --pcap-style expo\t\n', '<--pcap-style><exported>'],
  ['a flag of an entity behind --', 'cpns doctor bsf -- --zn-l\t\n', '<--><--zn-listen>'],
  ['a folder', 'cpns lab --data my-d\t\n', '<--data><my-data'],
] as const

const have = (shell: 'zsh' | 'fish') => findInteropTool(shell, shell) !== undefined
const haveBash = (): boolean => {
  if (existsSync(BASH_COMPLETION)) return true
  const message = 'interop: the Debian package bash-completion is not installed'
  if (process.env.CI || process.env.CPNS_INTEROP) throw new Error(message)
  return false
}

describe.each([
  ['bash', haveBash()],
  ['zsh', have('zsh')],
  ['fish', have('fish')],
] as const)('%s', (shell, isThere) => {
  test.skipIf(!isThere || terminal === undefined).each(CASES)(
    '%s',
    { timeout: 60_000 },
    async (_, line, expected) => {
      expect(await typed(shell, line, expected)).toContain(expected)
    },
  )
})
