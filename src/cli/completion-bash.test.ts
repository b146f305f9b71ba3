import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { completedCommands } from './completed-command.ts'
import { bashScript } from './completion-bash.ts'
import { createProgram } from './program.ts'

const script = bashScript(completedCommands(createProgram()))

/** What bash would offer for the last of these words. */
function offered(...words: readonly string[]): string[] {
  const ask = `${script}
COMP_WORDS=(cpns "$@"); COMP_CWORD=$#; _cpns; printf '%s\\n' "\${COMPREPLY[@]}"`
  const told = execFileSync('bash', ['-c', ask, 'bash', ...words], { encoding: 'utf8' })
  return told.split('\n').filter((word) => word !== '')
}

test.each([
  [['la'], ['lab']],
  [['uicc', 'ser'], ['serve']],
  [['bsf', 'serve', '--met'], ['--metrics']],
  [['bsf', 'serve', '--data', './x', '--zn-'], ['--zn-listen']],
  [['lab', '--onc'], ['--once']],
  [['entity', 'remove', '--js'], ['--json']],
  [['nothing', '--once'], []],
  [
    ['lab', '--pcap-style', ''],
    ['exported', 'ip'],
  ],
  [['lab', '--pcap-style', '=', 'ex'], ['exported']],
  [
    ['lab', '--pcap-style', '='],
    ['exported', 'ip'],
  ],
  [['completion', 'f'], ['fish']],
  [['doctor', 'b'], ['bsf']],
  [['doctor', 'bsf', '--zn-'], []],
  [['doctor', 'bsf', '--', '--zn-'], ['--zn-listen']],
  [['doctor', '--config', 'x', 'server', '--', '--data', './y', '--gba-k'], ['--gba-key']],
  [
    ['config', 'show', 'lab', '--', '--ports-z'],
    ['--ports-zh', '--ports-zn'],
  ],
  [
    ['config', 'show', 'server', '--', '--first-use', ''],
    ['refuse', 'bind'],
  ],
  [
    ['uicc', ''],
    ['new', 'serve', 'apdu', '--help'],
  ],
])('%j', (words, expected) => {
  expect(offered(...words)).toEqual(expected)
})

test.each([
  ['a folder', ['lab', '--data', '']],
  ['a file', ['trace', '']],
  ['what no shell can know', ['calc', 'vector', '--k', '']],
])('%s: no words of ours are in the way', (_, words) => {
  expect(offered(...words)).toEqual([])
})

test('a name that another command has too does not mislead', () => {
  expect(offered('app', 'add', '--ser')).toEqual(['--service'])
  expect(offered('lab', '--data', 'calc', '--onc')).toEqual(['--once'])
})
