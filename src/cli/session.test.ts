import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  PHONE,
  sampleCompletion,
  sampleEuKey,
  sampleSession,
  WATCH,
} from '../../test/contracts/server-store.samples.ts'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { SERVER_DATABASE } from '../lab/lab-files.ts'
import { runProgram } from './program.fixture.ts'

const idOf = (n: number): string => n.toString(16).padStart(32, '0')
let data: string
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'cpns-session-'))
  const folder = await openDataFolder(data, { create: true }, createSystemRandom())
  const store = openServerStore(folder.file(SERVER_DATABASE), folder.sealer)
  const expiresAtMs = Date.UTC(2100, 0)
  const shared = { stateExpiresAtMs: Number.MAX_SAFE_INTEGER }
  const phoneKey = sampleEuKey(1, { expiresAtMs })
  const session = sampleSession(1, phoneKey, { expiresAtMs })
  await store.completeHandshake(sampleCompletion(1, phoneKey, { ...shared, session }), Date.now())
  const watchKey = sampleEuKey(2, { entityId: WATCH, expiresAtMs })
  const own = sampleSession(2, watchKey, { expiresAtMs, role: 'pne', via: PHONE })
  const completion = sampleCompletion(2, watchKey, { ...shared, session: own })
  await store.completeHandshake(completion, Date.now())
  await store.close()
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

const session = (verb: string, ...args: string[]) =>
  runProgram(['session', verb, '--data', data, ...args])

test('list: all, or those of one entity; never a key', async () => {
  const { stdout } = await session('list')
  expect(stdout).toMatch(`${idOf(1)}  pn-gw  until `)
  expect(stdout).toMatch(`\n  ${WATCH}  since `)
  expect(stdout).toContain(`\n  via ${PHONE}\n`)
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  expect(stdout).not.toContain('81818181')
  const own = await session('list', '--entity', WATCH, '--json')
  expect(JSON.parse(own.stdout)).toMatchObject({ sessionId: idOf(2), role: 'pne', via: PHONE })
})

test('show, and a session that is not there', async () => {
  const shown = await session('show', idOf(1), '--json')
  expect(JSON.parse(shown.stdout)).toMatchObject({ entityId: PHONE, euKeyId: 'btid-1' })
  const { status, stderr } = await session('show', idOf(9))
  expect([status, stderr]).toEqual([1, `cpns: there is no session ${idOf(9)}\n`])
})

test('end: once', async () => {
  expect((await session('end', idOf(1))).stdout).toBe(`Session ${idOf(1)} has ended.\n`)
  expect((await session('end', idOf(1))).status).toBe(1)
  expect((await session('list', '--entity', PHONE)).stdout).toBe('There is no session.\n')
})
