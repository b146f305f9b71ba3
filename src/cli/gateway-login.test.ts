import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram, usageErrorOf } from './program.fixture.ts'

const ENTITY = 'urn:uuid:0b8f6f0e-3f0a-4a57-9a2f-1c5d1f1e0a20'

let data: string
let passwordFile: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'cpns-login-'))
  passwordFile = join(data, 'password')
  writeFileSync(passwordFile, 'secret\n')
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

const login = (url: string, ...more: string[]) =>
  runProgram([
    ...['gateway', 'login', '--data', data, '--entity', ENTITY, '--server-url', url, ...more],
  ])
const given = () => ['--user', 'alice', '--password-file', passwordFile]

test('a server that is not there is one line, exit 1', async () => {
  const { status, stderr } = await login('https://127.0.0.1:1/cpns', ...given())
  expect([status, stderr]).toEqual([1, expect.stringContaining('cannot connect to 127.0.0.1:1')])
})

test.each([
  ['without TLS', 'http://127.0.0.1:1/cpns', [], 'only comes over TLS'],
  ['no UserID', 'https://127.0.0.1:1/cpns', ['--user', ''], '--user: not 1 to 128 characters'],
  ['no master key', 'https://127.0.0.1:1/cpns', ['--master-key', 'x'], '--master-key: neither'],
])('%s: one line, exit 2', async (_, url, more, sentence) => {
  expect(usageErrorOf(await login(url, ...given(), ...more))).toContain(sentence)
})

test('without a terminal nobody is asked', async () => {
  expect(usageErrorOf(await login('https://127.0.0.1:1/cpns'))).toContain('no terminal')
})
