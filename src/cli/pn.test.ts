import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PHONE, sampleEuKey } from '../../test/contracts/server-store.samples.ts'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { SERVER_DATABASE } from '../lab/lab-files.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

const PN = 'urn:cpns:pn:1'
let data: string
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'cpns-pn-'))
  const folder = await openDataFolder(data, { create: true }, createSystemRandom())
  const store = openServerStore(folder.file(SERVER_DATABASE), folder.sealer)
  const nowMs = Date.now()
  const expiresAtMs = Date.UTC(2100, 0)
  await store.assignEuKey(sampleEuKey(1, { expiresAtMs }))
  const wish = { gateway: PHONE, newPnId: PN, alias: 'home', members: [], expiresAtMs }
  await store.registerPn(wish, nowMs)
  await store.notePresence({ entityId: PHONE, nodeId: 'n', isOnline: true, atMs: 1 })
  await store.close()
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

const pn = (...args: string[]) => runProgram(['pn', ...args, '--data', data])

test('list and show say the same, for people', async () => {
  const lines = `${PN} "home"  until 2100-01-01T00:00:00Z\n  PN GW ${PHONE}  online\n`
  expect((await pn('list')).stdout).toBe(lines)
  expect((await pn('show', PN)).stdout).toBe(lines)
})

test('and for programs', async () => {
  const shown = { pnId: PN, alias: 'home', gateway: PHONE, online: true, members: [] }
  for (const args of [['list'], ['show', PN]]) {
    expect(JSON.parse((await pn(...args, '--json')).stdout)).toMatchObject(shown)
  }
})

test('those that an entity is in', async () => {
  expect((await pn('list', '--entity', PHONE)).stdout).toContain(PN)
  expect((await pn('list', '--entity', 'urn:uuid:other')).stdout).toBe('There is no PN.\n')
  expect(usageErrorOf(await pn('list', '--entity', 'phone'))).toContain('--entity: ')
})

test('a PN that is not there, a folder that is not there', async () => {
  const unknown = await pn('show', 'urn:cpns:pn:2')
  expect([unknown.status, unknown.stderr]).toEqual([1, 'cpns: there is no PN urn:cpns:pn:2\n'])
  const nowhere = await runProgram(['pn', 'list', '--data', join(data, 'nowhere')])
  expect(nowhere.status).not.toBe(0)
  expect(nowhere.stderr).toContain('nowhere')
})
