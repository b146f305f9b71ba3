import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram, usageErrorOf } from './program.fixture.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-trace-'))
  file = join(folder, 't.jsonl')
  writeFileSync(file, EVENTS.map((event) => `${JSON.stringify(event)}\n`).join(''))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const MAR = {
  kind: 'message',
  atMs: 1,
  point: 'Zh',
  side: 'sent',
  from: 'BSF',
  to: 'HSS',
  message: 'Multimedia-Auth-Request',
  transactionId: 's;1',
  fields: {},
}
const GET = { ...MAR, point: 'Ub', from: 'PN GW', to: 'BSF', message: 'GET', transactionId: 'x' }
const NOTE = { kind: 'note', atMs: 2, entity: 'HSS', text: 'has stopped' }
const EVENTS = [GET, MAR, { ...MAR, side: 'received' }, NOTE]

test('the ladder tells each message once, with a column for each entity', async () => {
  const { status, stdout } = await runProgram(['trace', file])
  expect(status).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(4)
  expect(lines[0]).toMatch(/^ +PN GW +BSF +HSS$/)
  expect(lines[2]).toMatch(/│─+▶│ +Zh Multimedia-Auth-Request$/)
  expect(lines[3]).toMatch(/● +has stopped$/)
})

test('who took an identity that is not its own stands in the ladder under its own name', async () => {
  const answer = { ...GET, from: 'BSF', to: 'PN GW', message: '401 Unauthorized' }
  const lines = [answer, { ...answer, side: 'received', to: 'clone' }]
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const { stdout } = await runProgram(['trace', file])
  const [heading, ...arrows] = stdout.trimEnd().split('\n')
  expect(heading).toMatch(/^ +BSF +clone$/)
  expect(arrows).toHaveLength(1)
  expect((await runProgram(['trace', file, '--entity', 'pn gw'])).stdout).toBe('')
})

test.each([
  [['--entity', 'pn gw'], ['GET']],
  [
    ['--point', 'Zh', 'Zn'],
    ['Multimedia-Auth-Request', 'Multimedia-Auth-Request'],
  ],
  [['--transaction', 'x'], ['GET']],
  [['--entity', 'nobody'], []],
])('%j as JSON', async (flags, messages) => {
  const { stdout } = await runProgram(['trace', file, '--json', ...flags])
  const lines = stdout.split('\n').filter((line) => line !== '')
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(messages)
})

test('a file that is none, and a point that is none', async () => {
  expect(usageErrorOf(await runProgram(['trace', join(folder, 'x')]))).toContain('ENOENT')
  expect(usageErrorOf(await runProgram(['trace', file, '--point', 'Zz']))).toContain('--point')
})

test('a file that grows is followed until Ctrl-C', async () => {
  setTimeout(() => appendFileSync(file, `${JSON.stringify({ ...GET, atMs: 3 })}\n`), 50)
  const { status, stdout } = await runProgram(['trace', file, '-f', '--point', 'Ub'], {
    signal: 'SIGINT',
    onceSaid: /Ub GET.*Ub GET/s,
  })
  expect(status).toBe(0)
  expect(stdout.match(/Ub GET/g)).toHaveLength(2)
})
