import { rmSync } from 'node:fs'
import Fastify from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parsePassword } from '../../cpns/password-keys.ts'
import type { ServerStore } from '../../cpns-server/server-store.ts'
import { makeUser } from '../../cpns-server/users.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { pageFolder } from '../console/console.fixture.ts'
import { createConsoleFeed } from '../console/console-feed.ts'
import { openServerStore } from '../sqlite/server-store.ts'
import { testSealer } from '../sqlite/sqlite.fixture.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { addServerConsole } from './server-console.ts'

let page: string
let store: ServerStore
const app = () => Fastify({ forceCloseConnections: true })
beforeEach(() => {
  page = pageFolder()
  store = openServerStore(':memory:', testSealer())
})
afterEach(async () => {
  rmSync(page, { recursive: true, force: true })
  await store.close()
})

function portsOf() {
  return {
    store,
    authorization: { isToken: (text: string) => text === 'the token' },
    feed: createConsoleFeed({}, systemClock),
    clock: systemClock,
    random: createSystemRandom(),
  }
}

test('without a page there is none', async () => {
  const server = app()
  addServerConsole(server, { version: '1' }, portsOf())
  expect((await server.inject('/console/')).statusCode).toBe(404)
})

test('the token is the password, and users are shown without their keys', async () => {
  const ports = portsOf()
  const userId = parseUserId('alice')
  const password = parsePassword('correct horse')
  await store.addUser(await makeUser({ userId, password, cost: { n: 16_384, r: 8, p: 1 } }, ports))
  const server = app()
  const end = addServerConsole(server, { version: '1', consolePage: page, tls: {} }, ports)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as { port: number }
  const base = `http://127.0.0.1:${port}/console/api`
  const logIn = (typed: string) =>
    fetch(`${base}/login`, {
      method: 'POST',
      headers: { 'x-cpns-console': '1', 'content-type': 'application/json' },
      body: JSON.stringify({ password: typed }),
    })
  expect((await logIn('another token')).status).toBe(401)
  const cookie = (await logIn('the token')).headers.get('set-cookie') ?? ''
  expect(cookie).toContain('Secure')
  const headers = { cookie: cookie.split(';')[0] ?? '' }
  const stream = await fetch(`${base}/stream`, { headers })
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!/event: state\ndata: .*\n\n/.test(text)) text += (await reader?.read())?.value ?? ''
  expect(text).toContain('"title":"Users"')
  expect(text).toContain('"user":"alice"')
  expect(text).not.toMatch(/salt|authKey|wrapBase/i)
  end()
  await server.close()
})
