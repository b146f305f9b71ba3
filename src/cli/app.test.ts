import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram, usageErrorOf } from './program.fixture.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-app-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const app = (...words: string[]) => runProgram(['app', ...words, '--data', folder])

test('a key is printed once, listed without it, and removed', async () => {
  const added = await app('add', '--service', 'echo', '--scope', 'send', '--json')
  const { key, id } = JSON.parse(added.stdout) as { key: string; id: string }
  expect(added.status).toBe(0)
  expect(key).toMatch(/^cpns_/)
  const [listed, asJson] = [await app('list'), await app('list', '--json')]
  expect(listed.stdout).toMatch(`API key ${id} of urn:cpns:service:echo\n  for send, made 20`)
  expect(JSON.parse(asJson.stdout)).toMatchObject({ id, service: 'echo', scopes: ['send'] })
  expect(listed.stdout + asJson.stdout).not.toContain(key)
  expect(readFileSync(join(folder, 'app.db')).includes(key)).toBe(false)
  expect((await app('remove', id)).stdout).toBe(`API key ${id} is gone.\n`)
  const again = await app('remove', id)
  expect([again.status, again.stderr]).toEqual([1, `cpns: there is no API key ${id} here\n`])
  expect((await app('list')).stdout).toBe('There is no API key.\n')
})

test('both scopes unless one is named', async () => {
  const { stdout } = await app('add', '--service', 'echo')
  expect(stdout).toMatch(/for send, receive, made .*\nkey cpns_\S{43}\n$/)
})

test.each([
  ['a name that is none', ['--service', 'Echo Service'], '--service: Echo Service cannot be'],
  ['a scope that is none', ['--service', 'echo', '--scope', 'all'], 'Allowed choices'],
  ['no service', [], '--service'],
])('%s: one line, exit 2', async (_name, flags, message) => {
  expect(usageErrorOf(await app('add', ...flags))).toContain(message)
})
