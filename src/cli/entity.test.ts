import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  PHONE,
  sampleCompletion,
  sampleEuKey,
  sampleSession,
} from '../../test/contracts/server-store.samples.ts'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import type { ServerStore } from '../cpns-server/server-store.ts'
import { SERVER_DATABASE } from '../lab/lab-files.ts'
import { runProgram } from './program.fixture.ts'

const IMPI = 'alice@ims.example'
let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'cpns-entity-'))
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

const entity = (verb: string, ...args: string[]) =>
  runProgram(['entity', verb, '--data', data, ...args])
const session = (verb: string, ...args: string[]) =>
  runProgram(['session', verb, '--data', data, ...args])

async function withStore<T>(work: (store: ServerStore) => Promise<T>): Promise<T> {
  const folder = await openDataFolder(data, { create: true }, createSystemRandom())
  const store = openServerStore(folder.file(SERVER_DATABASE), folder.sealer)
  const result = await work(store)
  await store.close()
  return result
}

/** A session of the phone under an EUKey of Alice. */
async function authenticate(n: number): Promise<string> {
  const expiresAtMs = Date.UTC(2100, 0)
  const euKey = sampleEuKey(n, { expiresAtMs })
  const made = sampleSession(n, euKey, { expiresAtMs })
  const change = { session: made, stateExpiresAtMs: Number.MAX_SAFE_INTEGER, bindFirstUse: false }
  const completion = sampleCompletion(n, euKey, change)
  const { outcome } = await withStore((store) => store.completeHandshake(completion, Date.now()))
  return outcome === 'completed' ? made.sessionId : outcome
}

test('add: the address of an application has no owner, and no folder is made for it', async () => {
  const { status, stderr } = await entity('add', 'urn:cpns:service:echo', '--user', 'bob')
  const reason = 'it speaks for the server or an application: no entity can have it'
  expect([status, stderr]).toEqual([2, `cpns: entity: ${reason}\n`])
  expect(readdirSync(data)).toEqual([])
})

test('add: pre-bound to an IMPI, its owner can authenticate and nobody else', async () => {
  expect(await authenticate(1)).toBe('not-bound')
  const added = await entity('add', PHONE, '--impi', IMPI)
  expect(added.stdout).toBe(`${PHONE} belongs to impi ${IMPI}.\n`)
  expect(await authenticate(2)).toMatch(/^0{31}2$/)
  const again = await entity('add', PHONE, '--user', 'bob')
  expect([again.status, again.stderr]).toEqual([
    2,
    `cpns: ${PHONE} has an owner already: see entity rebind\n`,
  ])
})

test('list and show: owner, EUKeys and sessions, never a key', async () => {
  expect((await entity('add', PHONE, '--impi', IMPI)).status).toBe(0)
  const sessionId = await authenticate(1)
  expect((await entity('list')).stdout).toMatch(
    new RegExp(`^${PHONE}  since 2\\S+Z\n  impi ${IMPI}\n$`),
  )
  const [line = ''] = (await entity('list', '--json')).stdout.split('\n')
  const owner = { kind: 'impi', id: IMPI }
  expect(JSON.parse(line)).toMatchObject({ entityId: PHONE, owner })
  const shown = await entity('show', PHONE, '--json')
  expect(JSON.parse(shown.stdout)).toMatchObject({
    owner,
    euKeys: [{ id: 'btid-1', keyType: 'ks-ext-naf', state: 'current' }],
    sessions: [{ sessionId, expires: '2100-01-01T00:00:00.000Z' }],
  })
  expect((await entity('show', PHONE)).stdout).toContain(`  session ${sessionId}  until 2100-01-01`)
})

test('rebind: the former owner is out at once, with EUKeys and sessions', async () => {
  await entity('add', PHONE, '--impi', IMPI)
  await authenticate(1)
  const rebound = await entity('rebind', PHONE, '--user', 'bob')
  expect(rebound.stdout).toContain('belongs to user bob; its EUKeys and sessions have ended.')
  expect(await authenticate(2)).toBe('other-owner')
  expect((await session('list')).stdout).toBe('There is no session.\n')
})

test('remove: nothing is left, and twice is an error', async () => {
  await entity('add', PHONE, '--impi', IMPI)
  await authenticate(1)
  expect((await entity('remove', PHONE)).status).toBe(0)
  expect((await entity('list')).stdout).toBe('There is no entity.\n')
  for (const [verb, ...args] of [['remove'], ['show'], ['rebind', '--impi', IMPI]] as const) {
    const { status, stderr } = await entity(verb, PHONE, ...args)
    expect([status, stderr]).toEqual([1, `cpns: ${PHONE} is not known here\n`])
  }
})

test.each([
  [['add', PHONE], '--impi or --user: one is needed'],
  [['add', 'phone', '--user', 'bob'], 'entity: '],
  [['add', PHONE, '--impi', 'nobody'], '--impi: '],
  [['add', PHONE, '--user', 'a\u0000'], '--user: '],
])('%j is refused', async ([verb = '', ...args], message) => {
  const { status, stderr } = await entity(verb, ...args)
  expect(status).toBe(2)
  expect(stderr).toContain(message)
})
