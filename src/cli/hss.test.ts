import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runProgram, usageErrorOf } from './program.fixture.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-hss-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** Up to its end, which comes at once where it starts. */
const serve = (...flags: string[]) =>
  runProgram(['hss', 'serve', '--data', folder, '--listen', '127.0.0.1:0', ...flags], {
    signal: 'SIGINT',
  })
const NAMES = ['--origin-host', 'hss.ims.example', '--bsf', 'bsf.ims.example']

test('it says who it is and where, and ends in order', async () => {
  const { status, stdout } = await serve(...NAMES)
  expect(status).toBe(0)
  expect(stdout).toMatch(
    /^HSS {3}hss\.ims\.example of realm ims\.example\nZh {4}Diameter TCP 127\.0\.0\.1:\d+\nhss is ready\.\nhss has stopped\.\n$/,
  )
})

test.each([
  ['no name', ['--bsf', 'bsf.ims.example'], '--origin-host: needed'],
  ['no BSF', ['--origin-host', 'hss.ims.example'], '--bsf: needed'],
  ['a name that is none', ['--origin-host', 'an hss', '--bsf', 'b.x'], '--origin-host'],
  [
    'an admin API for everybody',
    [...NAMES, '--admin', '0.0.0.0:0'],
    'without TLS only this machine',
  ],
  ['half of TLS', [...NAMES, '--tls-cert', 'x'], '--tls-cert, --tls-key, --client-ca'],
])('%s: one line, exit 2', async (_name, flags, message) => {
  expect(usageErrorOf(await serve(...flags))).toContain(message)
})

test('its master key from elsewhere, for the server and for who administers it', async () => {
  vi.stubEnv('CPNS_TEST_MASTER_KEY', '5a'.repeat(32))
  vi.stubEnv('CPNS_TEST_OTHER_KEY', '5b'.repeat(32))
  const key = (name: string): string[] => ['--master-key', `env:${name}`]
  const subscriber = (...args: string[]) => runProgram(['subscriber', ...args, '--data', folder])
  const card = ['--impi', 'alice@ims.example', '--k', 'aa'.repeat(16), '--opc', 'bb'.repeat(16)]
  const added = await subscriber('add', ...card, ...key('CPNS_TEST_MASTER_KEY'))
  expect(added.status).toBe(0)
  expect((await serve(...NAMES, ...key('CPNS_TEST_MASTER_KEY'))).status).toBe(0)
  const change = ['change', 'alice@ims.example', '--amf', '1234']
  expect((await subscriber(...change, ...key('CPNS_TEST_MASTER_KEY'))).status).toBe(0)
  expect(readdirSync(folder)).toEqual(['hss.db'])
  expect(usageErrorOf(await serve(...NAMES))).toContain('there is no master.key')
  expect(usageErrorOf(await subscriber('list'))).toContain('there is no master.key')
  const other = key('CPNS_TEST_OTHER_KEY')
  expect(usageErrorOf(await serve(...NAMES, ...other))).toContain('is sealed under master key')
})

test('without a folder: exit 2', async () => {
  expect(usageErrorOf(await runProgram(['hss', 'serve', ...NAMES]))).toContain('--data: needed')
})

test('Nhss_gba where it is asked for', async () => {
  const http2 = ['--http2-listen', '127.0.0.1:0', '--plain-client', '127.0.0.1=bsf.ims.example']
  const { status, stdout } = await serve(...NAMES, ...http2)
  expect(status).toBe(0)
  expect(stdout).toMatch(/^Zh {4}HTTP\/2 http:\/\/127\.0\.0\.1:\d+$/m)
})

test('the admin API where it is asked for, with a token in the folder', async () => {
  const { status, stdout } = await serve(...NAMES, '--admin', '127.0.0.1:0')
  expect(status).toBe(0)
  const file = join(folder, 'admin.token')
  expect(stdout).toMatch(/^admin http:\/\/127\.0\.0\.1:\d+\/admin, with the token of /m)
  expect(stdout).toContain(file)
})
