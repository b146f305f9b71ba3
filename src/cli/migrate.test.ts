import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeOldFolder, OLD_VERSIONS } from '../../test/support/old-stores.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-migrate-'))
  makeOldFolder(OLD_VERSIONS.find((version) => version === '7ac5dfe') ?? '', folder)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...flags: readonly string[]) => runProgram(['migrate', '--data', folder, ...flags])

test('the dry run tells store, form and steps, and what to do first; then it is done', async () => {
  const dry = await run('--dry-run')
  expect(dry).toMatchObject({ status: 0, stderr: '' })
  expect(dry.stdout).toContain('hss.db (HSS): form 1, the newest')
  expect(dry.stdout).toMatch(/^server\.db \(CPNS Server\): form 1 to \d+\n {2}2: users, EUKeys/m)
  expect(dry.stdout).toContain(`make a backup first:\n  cpns backup --data ${folder} FOLDER`)
  const done = await run()
  expect(done.stdout).toContain('server.db (CPNS Server): form 1 to')
  expect(done.stdout).not.toContain('copies')
  const again = await run()
  expect(again.stdout).toMatch(/^server\.db \(CPNS Server\): form \d+, the newest$/m)
})

test('one JSON object a line', async () => {
  const { stdout } = await run('--dry-run', '--json')
  const stores = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(stores).toContainEqual(
    expect.objectContaining({ store: 'bsf.db', kind: 'BSF', form: 1, dryRun: true }),
  )
})

test('an entity that runs, a newer store and no folder are one line each', async () => {
  const running = new Database(join(folder, 'server.db'))
  running.prepare('SELECT * FROM entities').all()
  expect(usageErrorOf(await run())).toContain('another process uses it: stop that process first')
  running.pragma('user_version = 99')
  running.close()
  expect(usageErrorOf(await run('--dry-run'))).toContain('written by a newer version')
  const none = await runProgram(['migrate', '--data', join(folder, 'none')])
  expect(usageErrorOf(none)).toContain('there is no such folder')
})
