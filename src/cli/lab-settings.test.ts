import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LAB_SETTINGS } from '../lab/lab-config.ts'
import { labConfigOf, labSettingOptions } from './lab-settings.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-settings-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

function configOf(...flags: readonly string[]) {
  const command = new Command('lab').option('--config <file>')
  for (const option of labSettingOptions()) command.addOption(option)
  return labConfigOf(command.parse(flags, { from: 'user' }))
}

test('a flag counts more than the environment, and that more than the file', () => {
  const file = join(folder, 'lab.json')
  writeFileSync(file, '{"ports":{"ub":1,"zh":2,"zn":3},"zh":"http2"}')
  vi.stubEnv('CPNS_LAB_PORTS_UB', '4')
  vi.stubEnv('CPNS_LAB_PORTS_ZH', '5')
  const config = configOf('--config', file, '--ports-ub', '6')
  expect(config.ports).toMatchObject({ ub: 6, zh: 5, zn: 3, console: 0 })
  expect(config.zh).toBe('http2')
})

test('what cannot be used is one line that names flag or variable', async () => {
  for (const { flag, variable, choices } of LAB_SETTINGS) {
    const wrong = choices === undefined ? '70000000' : 'nonsense'
    expect(usageErrorOf(await runProgram(['lab', '--once', flag, wrong]))).toContain(flag)
    vi.stubEnv(variable, wrong)
    expect(usageErrorOf(await runProgram(['lab', '--once']))).toContain(variable)
    vi.unstubAllEnvs()
  }
})
