/** What a user does wrong, with every command: one line, status 1 or 2, and never a stack. Design 10 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { everyCommand, exampleWords } from '../../src/cli/examples.fixture.ts'
import { type ProgramRun, runProgram } from '../../src/cli/program.fixture.ts'

const ENTITY = 'urn:uuid:5e0f1d3e-5a64-4c8b-8f5d-2f6e8d1c9a22'
/** Names of files in the examples, which are there in the folder of a test. */
const FILES = ['watch.key', './backup-of-today', 'subscribers.csv']

let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'cpns-wrong-'))
  writeFileSync(join(place, 'watch.key'), 'ab'.repeat(32))
  writeFileSync(join(place, 'subscribers.csv'), 'impi,k,opc\n')
  mkdirSync(join(place, 'backup-of-today'))
  writeFileSync(join(place, 'backup-of-today', 'usim.json'), '{}')
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

/** The line, if it is one and says nothing of our insides. */
function lineOf({ status, stdout, stderr }: ProgramRun): string {
  const isRight = [1, 2].includes(status) && stdout === '' && /^cpns: [^\n]+\n$/.test(stderr)
  const isQuiet = !/internal error|^\s+at |\bnode:|\.[jt]s:\d/m.test(stderr)
  return isRight && isQuiet ? stderr : `not so: ${JSON.stringify({ status, stdout, stderr })}`
}

const all = everyCommand()
const leaves = all.filter(({ command }) => command.commands.length === 0)

/** The example of a command, its shortened names written out, and with another value for one flag. */
function wordsWith(name: string, flag?: string, value = ''): string[] {
  const help = leaves.find((leaf) => leaf.name === name)?.help ?? ''
  const [, ...words] =
    exampleWords(help).find((example) => example.join(' ').startsWith(name)) ?? name.split(' ')
  const whole = words.map((word) => {
    if (/^urn:uuid:.*…$/.test(word)) return ENTITY
    if (/^[0-9a-f]+…$/.test(word)) return 'ab'.repeat(32)
    return FILES.includes(word) ? join(place, word) : word
  })
  if (flag === undefined) return whole
  const at = whole.indexOf(flag)
  return at < 0 ? [...whole, flag, value] : whole.with(at + 1, value)
}

function flagsLike(pattern: RegExp) {
  return leaves.flatMap(({ name, command }) =>
    command.options
      .filter(({ flags }) => pattern.test(flags))
      .map(({ long }) => [name, long as string] as const),
  )
}

describe('a flag that is not there', () => {
  test.each(all)('$name', async ({ name }) => {
    const isGroup = !leaves.some((leaf) => leaf.name === name)
    const words = isGroup ? name.split(' ').slice(1) : wordsWith(name)
    words.push('--no-such-flag')
    expect(lineOf(await runProgram(words))).toContain('--no-such-flag')
  })
})

describe('a data folder that is a file', () => {
  test.each(flagsLike(/<dir>/))('%s %s', async (name, flag) => {
    const file = join(place, 'occupied')
    writeFileSync(file, 'no folder')
    const secret = join(place, 'password')
    writeFileSync(secret, 'correct horse battery staple')
    const words = wordsWith(name, flag, file)
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
      const words = wordsWith(name, flag, join(place, 'missing'))
      const password = / (passwd|trigger)$/.test(name) ? ['--password-file', secret] : []
      expect(lineOf(await runProgram([...words, ...password]))).toContain('missing')
    },
  )
})

describe('a file that cannot be read or written', () => {
  test.each(flagsLike(/<file>/))('%s %s', async (name, flag) => {
    const folder = join(place, 'folder')
    mkdirSync(folder)
    const base = wordsWith(name, flag, folder)
    const at = base.indexOf('--data')
    const words = at < 0 ? base : base.with(at + 1, join(place, 'data'))
    expect(lineOf(await runProgram(words))).not.toContain('not so')
  })
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
