/** What a user does wrong, with every command: one line, status 1 or 2, and never a stack. Design 10 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ProgramRun, runProgram } from '../../src/cli/program.fixture.ts'
import {
  ENTITY,
  everyName,
  flagsLike,
  leaves,
  placeFiles,
  wordsWith,
} from './example-words.fixture.ts'

let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'cpns-wrong-'))
  placeFiles(place)
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

/** The line, if it is one and says nothing of our insides. */
function lineOf({ status, stdout, stderr }: ProgramRun): string {
  const isRight = [1, 2].includes(status) && stdout === '' && /^cpns: [^\n]+\n$/.test(stderr)
  const isQuiet = !/internal error|^\s+at |\bnode:|\.[jt]s:\d/m.test(stderr)
  return isRight && isQuiet ? stderr : `not so: ${JSON.stringify({ status, stdout, stderr })}`
}

describe('a flag that is not there', () => {
  test.each(everyName)('$name', async ({ name }) => {
    const isGroup = !leaves.some((leaf) => leaf.name === name)
    const words = isGroup ? name.split(' ').slice(1) : wordsWith(place, name)
    words.push('--no-such-flag')
    expect(lineOf(await runProgram(words))).toContain('--no-such-flag')
    const { status, stdout, stderr } = await runProgram([...words, '--json'])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'usage-invalid',
        message: expect.stringContaining('--no-such-flag') as string,
      },
    })
  })

  test.each(leaves)('$name: also where what it needs is missing', async ({ name }) => {
    const words = [...name.split(' ').slice(1), '--no-such-flag']
    expect(lineOf(await runProgram(words))).toContain('--no-such-flag')
  })
})

describe('a data folder that is a file', () => {
  test.each(flagsLike(/<dir>/))('%s %s', async (name, flag) => {
    const file = join(place, 'occupied')
    writeFileSync(file, 'no folder')
    const secret = join(place, 'password')
    writeFileSync(secret, 'correct horse battery staple')
    const words = wordsWith(place, name, flag, file)
    const takesPassword = leaves
      .find((leaf) => leaf.name === name)
      ?.command.options.some(({ long }) => long === '--password-file')
    const password = takesPassword ? ['--password-file', secret] : []
    expect(lineOf(await runProgram([...words, ...password]))).toContain('occupied')
  })
})

const READS_DATA = flagsLike(/--data <dir>/).filter(([name]) =>
  / (list|show|remove|rebind|end|passwd|link|pair|trigger|send|listen|backup)$/.test(name),
)

describe('a data folder that is not there is not made by what only reads', () => {
  test.each(READS_DATA.filter(([name]) => name !== 'cpns pne pair'))(
    '%s %s',
    async (name, flag) => {
      const secret = join(place, 'password')
      writeFileSync(secret, 'correct horse battery staple')
      const words = wordsWith(place, name, flag, join(place, 'missing'))
      const password = / (passwd|trigger)$/.test(name) ? ['--password-file', secret] : []
      expect(lineOf(await runProgram([...words, ...password]))).toContain('missing')
    },
  )
})

describe('a file that cannot be read or written', () => {
  test.each(flagsLike(/<file>/))('%s %s', async (name, flag) => {
    const folder = join(place, 'folder')
    mkdirSync(folder)
    const base = wordsWith(place, name, flag, folder)
    const at = base.indexOf('--data')
    const words = at < 0 ? base : base.with(at + 1, join(place, 'data'))
    const spoken = words.filter((word) => word !== '--json')
    expect(lineOf(await runProgram(spoken))).not.toContain('not so')
  })
})

describe('an argument that is a folder in place of a file, or a file in place of a folder', () => {
  const taking = leaves.filter(({ command }) =>
    command.registeredArguments.some((argument) => /^(file|folder)$/.test(argument.name())),
  )
  test.each(taking)('$name', async ({ name, command }) => {
    const file = join(place, 'occupied')
    writeFileSync(file, 'no folder')
    const words = wordsWith(place, name)
    const values = command.registeredArguments.map((argument) => {
      if (argument.argChoices !== undefined) return argument.argChoices[0] as string
      return argument.name() === 'file' ? place : file
    })
    const at = words.indexOf('--data')
    const data = at < 0 ? [] : ['--data', join(place, 'data')]
    mkdirSync(join(place, 'data'))
    const vpcd = words.includes('--vpcd') ? ['--vpcd', '127.0.0.1:1'] : []
    const run = await runProgram([...name.split(' ').slice(1), ...values, ...data, ...vpcd])
    expect(lineOf(run)).not.toContain('not so')
  })
})

test.each([
  [['backup', 'FILE', '--data', 'FOLDER'], 'is a file, not a folder'],
  [['hss', 'serve', '--data', 'FILE'], 'it is a file, not a folder'],
  [['uicc', 'apdu', '--reader', 'software:FOLDER', '00a40004023f00'], 'it is a folder'],
  [['key', 'show', '--data', 'KEY-IS-FOLDER'], 'it is a folder'],
])('%j: in words, status 2', async (words, reason) => {
  const file = join(place, 'occupied')
  writeFileSync(file, 'no folder')
  const folder = join(place, 'folder')
  mkdirSync(folder)
  const strange = join(place, 'strange')
  mkdirSync(join(strange, 'master.key'), { recursive: true })
  const names: Record<string, string> = { FILE: file, FOLDER: folder, 'KEY-IS-FOLDER': strange }
  const NAMES = ['--origin-host', 'hss.ims.example', '--bsf', 'bsf.ims.example']
  const given = [
    ...words.map((word) => names[word] ?? word.replace('FOLDER', folder)),
    ...(words[0] === 'hss' ? NAMES : []),
  ]
  const run = await runProgram(given)
  expect(run.status).toBe(2)
  expect(lineOf(run)).toContain(reason)
})

describe('a port that is taken', () => {
  const SERVER = ['server', 'serve', '--entity', ENTITY, '--naf-fqdn', 'cpns.example.org']
  const HSS = ['hss', 'serve', '--origin-host', 'hss.ims.example', '--bsf', 'bsf.ims.example']
  const BSF = ['bsf', 'serve', '--name', 'bsf.ims.example']
  const HOP = ['--hss', 'hss.ims.example=127.0.0.1:1']
  const FREE = ['--listen', '127.0.0.1:0']

  test.each([
    [[...SERVER], '--listen'],
    [[...SERVER, ...FREE], '--api'],
    [[...SERVER, ...FREE], '--metrics'],
    [[...HSS], '--listen'],
    [[...HSS, ...FREE], '--metrics'],
    [[...BSF, ...HOP], '--listen'],
    [[...BSF, ...HOP, ...FREE], '--zn-listen'],
    [[...BSF, ...HOP, ...FREE], '--metrics'],
  ])('%j %s', async (words, flag) => {
    const taken = createServer()
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve)
    })
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const data = ['--data', join(place, 'data')]
    const run = await runProgram([...words, ...data, flag, `127.0.0.1:${port}`])
    taken.close()
    expect(lineOf(run)).toContain(String(port))
  })
})
