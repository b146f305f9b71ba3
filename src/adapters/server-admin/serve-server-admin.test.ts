import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ServerStore } from '../../cpns-server/server-store.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { noLog } from '../../ports/log.ts'
import { createConsoleFeed } from '../console/console-feed.ts'
import { openAdminToken } from '../rest/admin-token.ts'
import { openServerStore } from '../sqlite/server-store.ts'
import { testSealer } from '../sqlite/sqlite.fixture.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { type ServedServerAdmin, serveServerAdmin } from './serve-server-admin.ts'

let folder: string
let store: ServerStore
let served: ServedServerAdmin
let token: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-server-admin-'))
  store = openServerStore(':memory:', testSealer())
  const ports = { clock: systemClock, random: createSystemRandom(), store, log: noLog }
  const path = join(folder, 'admin.token')
  const authorization = openAdminToken(path, ports)
  token = readFileSync(path, 'utf8').trim()
  const options = { host: '127.0.0.1', port: 0, version: '1' }
  const feed = createConsoleFeed({}, systemClock)
  served = await serveServerAdmin(options, { ...ports, authorization, feed })
})
afterEach(async () => {
  await served.close()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

async function ask(method: string, path: string, body?: unknown, bearer = token) {
  const response = await fetch(`${served.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

const ALICE = { userId: 'alice', password: 'correct horse' }

test('a user is added, shown without a key, given another password, and removed', async () => {
  const added = await ask('POST', '/admin/users', ALICE)
  expect(added.status).toBe(201)
  expect(Object.keys(JSON.parse(added.text) as object)).toEqual(['userId', 'created', 'passwordOf'])
  expect((await ask('POST', '/admin/users', ALICE)).status).toBe(409)
  const before = await store.findUser(parseUserId('alice'))
  const change = await ask('PUT', '/admin/users/alice/password', { password: 'battery' })
  expect([change.status, change.text]).toEqual([204, ''])
  const after = await store.findUser(parseUserId('alice'))
  expect(before && after?.keys.authKey.equals(before.keys.authKey)).toBe(false)
  const listed = await ask('GET', '/admin/users')
  expect(JSON.parse(listed.text)).toMatchObject([{ userId: 'alice' }])
  expect((await ask('DELETE', '/admin/users/alice')).status).toBe(204)
  expect((await ask('DELETE', '/admin/users/alice')).status).toBe(404)
  expect((await ask('PUT', '/admin/users/alice/password', { password: 'x' })).status).toBe(404)
})

test('without the token nothing is told or done, but for the OpenAPI document', async () => {
  expect((await ask('GET', '/admin/users', undefined, 'x')).status).toBe(401)
  expect((await ask('POST', '/admin/users', ALICE, 'x')).status).toBe(401)
  expect(await store.listUsers()).toEqual([])
  expect((await ask('GET', '/admin/openapi.json', undefined, 'x')).status).toBe(200)
})

test.each([
  ['no password', { userId: 'alice' }],
  ['an empty one', { ...ALICE, password: '' }],
  ['a line end in it', { ...ALICE, password: 'correct\nhorse' }],
  ['a UserID that is not NFC', { ...ALICE, userId: 'e\u0301' }],
  ['something else', { ...ALICE, admin: true }],
])('%s is 400, and the password is not repeated', async (_, body) => {
  const { status, text } = await ask('POST', '/admin/users', body)
  expect(status).toBe(400)
  expect(text).not.toContain('correct')
})
