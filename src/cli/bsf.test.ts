import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram, usageErrorOf } from './program.fixture.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-bsf-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const LISTEN = ['--listen', '127.0.0.1:0', '--zn-listen', '127.0.0.1:0']
/** Up to its end, which comes at once where it starts. */
const serve = (...flags: string[]) =>
  runProgram(['bsf', 'serve', '--data', folder, ...LISTEN, ...flags], { signal: 'SIGINT' })
const NAME = ['--name', 'bsf.ims.example']
const HSS = ['--hss', 'hss.ims.example=127.0.0.1:1']

test('it says who it is and where, also while its HSS is away, and ends in order', async () => {
  const { status, stdout } = await serve(...NAME, ...HSS, '--naf', 'n.example=n.example;uss')
  expect(status).toBe(0)
  expect(stdout.split('\n').slice(0, 6)).toEqual([
    'BSF   bsf.ims.example; in Diameter bsf.ims.example of realm ims.example',
    expect.stringMatching(/^Ub {4}http:\/\/127\.0\.0\.1:\d+$/),
    expect.stringMatching(/^Zn {4}Diameter TCP 127\.0\.0\.1:\d+$/),
    'Zh    hss.ims.example at 127.0.0.1:1',
    'bsf is ready.',
    'bsf has stopped.',
  ])
})

test.each([
  ['no name', HSS, '--name: needed'],
  ['no HSS', NAME, '--hss: needed'],
  ['an HSS without address', [...NAME, '--hss', 'hss.ims.example'], '--hss'],
  ['a NAF without FQDN', [...NAME, ...HSS, '--naf', 'n.example'], '--naf'],
  ['an AMF that is none', [...NAME, ...HSS, '--challenge-unknown', 'yes'], '--challenge-unknown'],
  [
    'a short AMF',
    [...NAME, ...HSS, '--challenge-unknown', '00'],
    '--challenge-unknown: not 4 hex digits',
  ],
  ['a certificate without CA', [...NAME, ...HSS, '--peer-cert', 'x'], '--peer-ca'],
])('%s: one line, exit 2', async (_name, flags, message) => {
  expect(usageErrorOf(await serve(...flags))).toContain(message)
})

test('Zn over HTTP where it is asked for, and Zh by a URL', async () => {
  const zn = ['--http2-listen', '127.0.0.1:0', '--web-service-listen', '127.0.0.1:0']
  const { status, stdout } = await serve(...NAME, ...zn, '--hss-url', 'http://127.0.0.1:1')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^Zn {4}HTTP\/2 http:\/\/127\.0\.0\.1:\d+$/m)
  expect(stdout).toMatch(/^Zn {4}web service http:\/\/127\.0\.0\.1:\d+$/m)
  expect(stdout).toMatch(/^Zh {4}HTTP\/2 http:\/\/127\.0\.0\.1:1$/m)
})

test('an HSS URL that is none, or one to another machine without TLS: exit 2', async () => {
  expect(usageErrorOf(await serve(...NAME, '--hss-url', 'hss'))).toContain('hss')
  expect(usageErrorOf(await serve(...NAME, '--hss-url', 'http://192.0.2.1'))).toContain('TLS')
})
