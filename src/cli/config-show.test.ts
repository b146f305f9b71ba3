import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectiveConfig } from './config-show.ts'
import { createProgram } from './program.ts'

let file: string
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-show-'))
  file = join(folder, 'c.json')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

test('each value with its source', async () => {
  const text = { name: 'bsf.ims.example', keyLifetime: 60, znListen: '127.0.0.1:1', listen: 'x:1' }
  writeFileSync(file, JSON.stringify(text))
  vi.stubEnv('CPNS_BSF_ZN_LISTEN', '[::1]:2')
  const flags = ['--listen', '127.0.0.1:3', '--relay', 'a.b', 'c.d']
  const values = await effectiveConfig(createProgram(), 'bsf', { flags, file })
  const shown = Object.fromEntries(values.map(({ key, value, from }) => [key, [value, from]]))
  expect(shown).toMatchObject({
    data: [null, 'default'],
    name: ['bsf.ims.example', `file ${file}`],
    keyLifetime: [60, `file ${file}`],
    challengeLifetime: [60, 'default'],
    znListen: ['[::1]:2', 'environment CPNS_BSF_ZN_LISTEN'],
    listen: ['127.0.0.1:3', 'flag --listen'],
    relay: [['a.b', 'c.d'], 'flag --relay'],
  })
})

test('what may be a secret is not shown', async () => {
  const flags = ['--master-key', 'command:unseal hunter2', '--bsf-url', 'http://u:hunter2@b:1']
  const values = await effectiveConfig(createProgram(), 'gateway', { flags, file: undefined })
  expect(JSON.stringify(values)).not.toContain('hunter2')
  expect(values).toContainEqual({
    key: 'masterKey',
    value: 'command:unseal …',
    from: 'flag --master-key',
  })
})

test('the lab', async () => {
  writeFileSync(file, '{"ports":{"ub":0,"zh":7}}')
  const values = await effectiveConfig(createProgram(), 'lab', { flags: [], file })
  expect(values).toContainEqual({ key: 'ports.ub', value: 0, from: `file ${file}` })
  expect(values).toContainEqual({ key: 'ports.zh', value: 7, from: `file ${file}` })
  expect(values).toContainEqual({ key: 'ports.zn', value: 0, from: 'default' })
  vi.stubEnv('CPNS_LAB_PORTS_ZN', '9')
  const flags = ['--once', '--ports-ub', '8']
  const changed = await effectiveConfig(createProgram(), 'lab', { flags, file })
  expect(changed).toContainEqual({ key: 'ports.ub', value: 8, from: 'flag --ports-ub' })
  expect(changed).toContainEqual({
    key: 'ports.zn',
    value: 9,
    from: 'environment CPNS_LAB_PORTS_ZN',
  })
})
