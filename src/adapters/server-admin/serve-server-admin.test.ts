import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { noLog } from '../../ports/log.ts'
import { createConsoleFeed } from '../console/console-feed.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { serveServerAdmin } from './serve-server-admin.ts'
import { type AdminWorld, startAdminWorld } from './server-admin.fixture.ts'

let admin: AdminWorld
beforeEach(async () => {
  admin = await startAdminWorld()
})
afterEach(() => admin.close())

test('sizes and media types of bodies are bounded', async () => {
  const user = { userId: 'alice', password: 'x' }
  const type = 'text/plain'
  expect((await admin.ask('POST', '/admin/users', { body: user, type })).status).toBe(415)
  const large = { ...user, password: 'x'.repeat(20_000) }
  expect((await admin.ask('POST', '/admin/users', { body: large })).status).toBe(413)
  expect((await admin.ask('PUT', '/admin/users', { body: user })).status).toBe(404)
  expect(await admin.world.store.listUsers()).toEqual([])
})

test('addresses that fail too often have to wait', async () => {
  const statuses: number[] = []
  for (let turn = 0; turn < 22; turn++) {
    statuses.push((await admin.ask('GET', '/admin/users', { bearer: 'x' })).status)
  }
  expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401))
  expect(statuses.at(-1)).toBe(429)
})

test('beyond this machine only with TLS', async () => {
  const { world } = admin
  const ports = {
    store: world.store,
    server: world.server,
    clock: world.clock,
    random: createSystemRandom(),
    log: noLog,
    feed: createConsoleFeed({}, world.clock),
    authorization: { authorize: () => {}, isToken: () => false },
  }
  const options = { host: '0.0.0.0', port: 0, version: '1' }
  await expect(serveServerAdmin(options, ports)).rejects.toThrow(ConfigurationInvalid)
  const at = { ...options, host: '127.0.0.1', tls: testCertificate() }
  const served = await serveServerAdmin(at, ports)
  expect(served.url).toMatch(/^https:/)
  await served.close()
})

test('what fails at our side is 500 and says nothing', async () => {
  await admin.world.store.close()
  const { status, json } = await admin.ask('GET', '/admin/entities')
  expect([status, json]).toEqual([
    500,
    { type: 'about:blank', title: 'Internal Server Error', status: 500 },
  ])
})
