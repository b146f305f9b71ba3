import { afterEach, expect, test } from 'vitest'
import { withFolder } from '../adapters/sqlite/sqlite.fixture.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

afterEach(() => {
  process.exitCode = undefined
})

test('lines for people or programs, and status 1 only with a problem', () =>
  withFolder(async (folder) => {
    const flags = ['--', '--data', folder, '--listen', '127.0.0.1:0']
    const fine = await runProgram(['doctor', 'hss', ...flags])
    expect(fine.stdout).toMatch(/^ok {7}port --listen 127\.0\.0\.1:0: free$/m)
    expect(process.exitCode).toBeUndefined()
    const wrong = await runProgram(['doctor', 'hss', '--json', ...flags, '--tls-key', '/none.pem'])
    const lines = wrong.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { state: string; advice?: string })
    expect(lines.filter(({ state }) => state === 'problem')).toHaveLength(1)
    expect(process.exitCode).toBe(1)
  }))

test('an entity that is none is a usage error', async () => {
  expect(usageErrorOf(await runProgram(['doctor', 'router']))).toContain('router')
})
