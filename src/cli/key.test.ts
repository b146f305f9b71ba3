import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram, usageErrorOf } from './program.fixture.ts'

let data: string
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'cpns-key-'))
  const flags = ['--data', data, '--entity', 'urn:x:watch', '--user', 'alice']
  expect((await runProgram(['eukey', 'add', ...flags])).status).toBe(0)
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

const key = (verb: string, ...args: string[]) => runProgram(['key', verb, '--data', data, ...args])

test('show and rotate, for people and for programs; never the key', async () => {
  const shown = JSON.parse((await key('show', '--json')).stdout) as { keyId: string }
  expect((await key('show')).stdout).toBe(`master key ${shown.keyId}\n`)
  const rotated = await key('rotate')
  expect(rotated).toMatchObject({ status: 0, stderr: '' })
  expect(rotated.stdout).toMatch(
    new RegExp(
      `^master key [0-9a-f]{16}, 1 key sealed anew\\nformer key ${shown.keyId} is gone\\n$`,
    ),
  )
  const again = await key('rotate', '--json')
  expect(JSON.parse(again.stdout)).toMatchObject({ isResumed: false, resealed: 1 })
  const text = readFileSync(join(data, 'master.key'), 'utf8').trim()
  for (const { stdout } of [rotated, again]) expect(stdout).not.toContain(text)
})

test('a folder without a key, and one that is not there', async () => {
  rmSync(join(data, 'master.key'))
  expect(usageErrorOf(await key('show'))).toContain('master.key')
  expect(usageErrorOf(await key('rotate'))).toContain('master.key')
  data = join(data, 'none')
  expect(usageErrorOf(await key('rotate'))).toContain('no such folder')
})

test('a key elsewhere must come with the former one', async () => {
  const refused = await key('rotate', '--master-key', `file:${join(data, 'master.key')}`)
  expect(usageErrorOf(refused)).toContain('former behind it')
  expect(usageErrorOf(await key('show', '--master-key', 'what'))).toContain('--master-key')
})
