import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram, usageErrorOf } from './program.fixture.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-server-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Up to its end, which comes at once where it starts. */
const serve = (...flags: string[]) =>
  runProgram(['server', 'serve', '--data', folder, '--listen', '127.0.0.1:0', ...flags], {
    signal: 'SIGINT',
  })
const NAMES = ['--entity', 'urn:x:server', '--naf-fqdn', 'cpns.example.org']

test('it says who it is and where, and ends in order', async () => {
  const bsf = ['--bsf', 'bsf.example.org=bsf1.example.org@127.0.0.1:1']
  const { status, stdout } = await serve(...NAMES, '--api', '127.0.0.1:0', ...bsf)
  const pin = readFileSync(join(folder, 'server.pin'), 'utf8').trim()
  expect(status).toBe(0)
  expect(stdout.split('\n').slice(0, 7)).toEqual([
    'CPNS Server urn:x:server, NAF cpns.example.org',
    expect.stringMatching(/^CPNS-2 {2}https:\/\/127\.0\.0\.1:\d+\/cpns$/),
    `pin     ${pin}`,
    expect.stringMatching(/^API {5}https:\/\/127\.0\.0\.1:\d+$/),
    'BSF     bsf.example.org at 127.0.0.1:1 (Diameter)',
    'server is ready.',
    'server has stopped.',
  ])
})

test.each([
  ['no EntityID', NAMES.slice(2), '--entity: needed'],
  ['no FQDN', NAMES.slice(0, 2), '--naf-fqdn: needed'],
  ['an EntityID that is none', [...NAMES.slice(2), '--entity', 'me'], '--entity'],
  ['a BSF without address', [...NAMES, '--bsf', 'bsf.example.org'], '--bsf'],
  ['another first use', [...NAMES, '--first-use', 'maybe'], 'Allowed choices'],
  ['a Ua id that is none', [...NAMES, '--ua-id', '01'], '--ua-id'],
  ['a session of over a year', [...NAMES, '--session', '31536001'], '--session: not 1 to 31536000'],
  ['one of a PNE', [...NAMES, '--pne-session', '31536001'], '--pne-session: not 1 to 31536000'],
])('%s: one line, exit 2', async (_name, flags, message) => {
  expect(usageErrorOf(await serve(...flags))).toContain(message)
})

test('a BSF over HTTP/2, and one that is a web service', async () => {
  const bsfs = ['a.example.org=http://127.0.0.1:1', 'b.example.org=soap+http://127.0.0.1:2/gba']
  const { status, stdout } = await serve(...NAMES, '--bsf', ...bsfs)
  expect(status).toBe(0)
  expect(stdout).toContain('BSF     a.example.org at http://127.0.0.1:1 (HTTP/2)\n')
  expect(stdout).toContain('BSF     b.example.org at http://127.0.0.1:2/gba (web service)\n')
})
