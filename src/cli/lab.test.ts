import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startTestLab } from '../lab/lab.fixture.ts'
import { CARD_PROFILE } from '../lab/lab-files.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-lab-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  process.exitCode = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** A data folder whose card and HSS know different keys. */
async function foolTheCard(): Promise<void> {
  const { lab } = await startTestLab(folder)
  await lab.stop()
  const file = join(folder, CARD_PROFILE)
  const text = readFileSync(file, 'utf8')
  const changed = text.replace(/("k":\s*")([0-9a-f]{32})/, (_, head) => `${head}${'7b'.repeat(16)}`)
  expect(changed).not.toBe(text)
  writeFileSync(file, changed)
}

describe('a step that fails', () => {
  beforeEach(foolTheCard)

  test('ends the lab with status 1, also without --once, and says which check it was', async () => {
    const { stdout } = await runProgram(['lab', '--data', folder])
    expect(process.exitCode).toBe(1)
    const lines = stdout.trim().split('\n')
    expect(lines.filter((line) => /^\d\. /.test(line))).toHaveLength(1)
    expect(stdout).toMatch(/✘ .*98 62/)
    expect(lines.at(-2)).toMatch(/^Step 1 failed: /)
    expect(lines.at(-1)).toBe('The lab has stopped.')
  })

  test('as JSON', async () => {
    const { stdout } = await runProgram(['lab', '--once', '--json', '--data', folder])
    expect(process.exitCode).toBe(1)
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string })
    expect(events.slice(-2)).toEqual([
      { kind: 'finished', ok: false, failedStep: 1 },
      { kind: 'stopped' },
    ])
    expect(events.find(({ kind }) => kind === 'failed')).toMatchObject({ step: 1 })
  })

  test('leaves no listener for Ctrl-C behind', async () => {
    const before = process.listenerCount('SIGINT')
    await runProgram(['lab', '--once', '--data', folder])
    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})

describe('without --data', () => {
  test('the temporary folder is removed, whatever happened', async () => {
    vi.stubEnv('TMPDIR', folder)
    const config = join(folder, 'config.json')
    writeFileSync(config, JSON.stringify({ ports: { ub: 1, 'cpns-2': 1 } }))
    const before = readdirSync(folder)
    expect(usageErrorOf(await runProgram(['lab', '--once', '--config', config]))).toContain(':1 ')
    expect(readdirSync(folder)).toEqual(before)
  })

  test('a place for temporary folders that cannot be used is one line and status 2', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    vi.stubEnv('TMPDIR', file)
    expect(usageErrorOf(await runProgram(['lab', '--once']))).toContain(file)
  })
})

test('a configuration file is read before anything is made', async () => {
  vi.stubEnv('TMPDIR', folder)
  const missing = join(folder, 'none.json')
  expect(usageErrorOf(await runProgram(['lab', '--config', missing]))).toContain(missing)
  expect(readdirSync(folder)).toEqual([])
})
