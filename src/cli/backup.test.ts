import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram, usageErrorOf } from './program.fixture.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-backup-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)
const run = (...args: readonly string[]) => runProgram(args)
const IMPI = '001010123456789@ims.mnc001.mcc001.3gppnetwork.org'
const K = ['--k', '0'.repeat(32), '--opc', '1'.repeat(32)]

test('a subscriber comes back with the master key, and not without it', async () => {
  const added = await run('subscriber', 'add', '--data', at('hss'), '--impi', IMPI, ...K)
  expect(added).toMatchObject({ status: 0 })
  const made = await run('backup', '--data', at('hss'), at('copy'))
  expect(made).toMatchObject({ status: 0 })
  expect(made.stdout).toContain(`1 file of ${at('hss')} is in ${at('copy')}.\n`)
  expect(made.stdout).toContain('Not among them: master.key')
  expect(existsSync(at('copy/master.key'))).toBe(false)

  expect(await run('restore', '--data', at('new'), at('copy'))).toMatchObject({ status: 0 })
  const without = await run('subscriber', 'show', '--data', at('new'), IMPI)
  expect(without.status).not.toBe(0)
  copyFileSync(at('hss/master.key'), at('new/master.key'))
  const shown = await run('subscriber', 'show', '--data', at('new'), IMPI)
  expect(shown).toMatchObject({ status: 0 })
  expect(shown.stdout).toContain(IMPI)
})

test('the key is given, or is in the backup, which says so loudly', async () => {
  await run('subscriber', 'add', '--data', at('hss'), '--impi', IMPI, ...K)
  await run('backup', '--data', at('hss'), at('copy'))
  const given = ['--key-file', at('hss/master.key'), '--sqn-margin', '5']
  const restored = await run('restore', '--data', at('new'), at('copy'), ...given)
  expect(restored).toMatchObject({ status: 0, stderr: '' })
  expect(restored.stdout).toBe(`2 files of ${at('copy')} are in ${at('new')}.\n`)
  expect(await run('subscriber', 'show', '--data', at('new'), IMPI)).toMatchObject({ status: 0 })

  const loud = await run('backup', '--data', at('hss'), at('whole'), '--with-master-key')
  expect(loud.stderr).toContain('whoever finds it opens every key')
  expect(await run('restore', '--data', at('third'), at('whole'))).toMatchObject({ status: 0 })
  expect(await run('subscriber', 'show', '--data', at('third'), IMPI)).toMatchObject({ status: 0 })
})

test('nothing is overwritten, and what is not there is named', async () => {
  await run('subscriber', 'add', '--data', at('hss'), '--impi', IMPI, ...K)
  await run('backup', '--data', at('hss'), at('copy'))
  expect(usageErrorOf(await run('backup', '--data', at('hss'), at('copy')))).toContain('not empty')
  expect(usageErrorOf(await run('restore', '--data', at('hss'), at('copy')))).toContain('not empty')
  expect(usageErrorOf(await run('backup', '--data', at('x'), at('y')))).toContain('no such folder')
})
