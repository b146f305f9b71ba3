import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { noLog } from '../../ports/log.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { PROBLEM_MEDIA_TYPE, Problem } from './problem.ts'
import {
  addRestRoute,
  createRestServer,
  listenRest,
  type RestServerOptions,
  readInput,
} from './rest-server.ts'

const OPTIONS = { host: '127.0.0.1', port: 0, maxBodyOctets: 100, failureEvent: 'it-failed' }

const closes: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closes.splice(0)) await close()
})

async function start(change: Partial<RestServerOptions> = {}) {
  const logged: string[] = []
  const log = { ...noLog, error: (event: string) => void logged.push(event) }
  const app = createRestServer({ ...OPTIONS, ...change }, log)
  closes.push(() => app.close())
  app.post('/a', async ({ body }) => readInput(z.strictObject({ n: z.int() }), body))
  app.get('/secret', () => Promise.reject(new Error('a secret')))
  app.get('/parameter/:name', async () => ({}))
  const remove = { method: 'DELETE', url: '/thing', handler: async () => ({ removed: true }) }
  addRestRoute(app, remove, { takesBody: false })
  addRestRoute(app, { ...remove, url: '/told' }, { takesBody: true })
  app.get('/refused', () => Promise.reject(new Problem(401, 'who?')))
  return { url: await listenRest(app, { ...OPTIONS, ...change }), logged }
}

async function ask(url: string, init: RequestInit = {}) {
  const answer = await fetch(url, init)
  return { answer, type: answer.headers.get('content-type'), body: await answer.json() }
}

const post = (body: string, type = 'application/json') => ({
  method: 'POST',
  body,
  headers: { 'content-type': type },
})

test.each([
  ['/a', post('{"n":1.5}'), 400, 'n: '],
  ['/a', post('{"n":1.5,"m":2}'), 400, '; body: '],
  ['/a', post('{"n":"secret'), 400, 'not valid JSON'],
  ['/a', post('{"n":1,"n":2}'), 400, 'JSON: a property twice'],
  ['/a', post('{"n":1,"\\u006e":2}'), 400, 'JSON: a property twice'],
  ['/a', post('{"__proto__":{"n":1},"n":1}'), 400, 'not valid JSON'],
  ['/a', post(''), 400, 'cannot be empty'],
  ['/a', post('['.repeat(20) + ']'.repeat(20)), 400, 'JSON: over 16 levels'],
  ['/a', post('{"n":1,"secret":2}'), 400, 'body: '],
  ['/a', post('n=1', 'application/x-www-form-urlencoded'), 415, ''],
  ['/a', post(`"${'a'.repeat(200)}"`), 413, ''],
  ['/a', {}, 404, ''],
  ['/b', {}, 404, ''],
  [`/parameter/${'a'.repeat(3000)}`, {}, 414, 'URI Too Long'],
  ['/parameter/%ff', {}, 400, ''],
  ['/refused', {}, 401, 'who?'],
] as const)('%s: %#: %d', async (path, init, status, detail) => {
  const { url } = await start()
  const { answer, type, body } = await ask(url + path, init)
  expect([answer.status, type]).toEqual([status, PROBLEM_MEDIA_TYPE])
  expect(body).toMatchObject({ status, title: expect.any(String) })
  expect(JSON.stringify(body)).toContain(detail)
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test.each([
  ['application/json', ''],
  ['application/json', '{'],
  ['application/json; charset=utf-8', '{"a":1}'],
  ['text/html', '<p>'],
  ['', 'octets'],
  ['garbage', 'octets'],
])('a route without a body does not mind %s %j', async (type, body) => {
  const { url } = await start()
  const init = { method: 'DELETE', headers: { 'content-type': type }, body }
  expect((await ask(`${url}/thing`, init)).body).toEqual({ removed: true })
})

test('but it reads no more than others do; a route with a body reads it', async () => {
  const { url } = await start()
  const large = { ...post('a'.repeat(200)), method: 'DELETE' }
  expect((await ask(`${url}/thing`, large)).answer.status).toBe(413)
  expect((await ask(`${url}/told`, { ...post('{'), method: 'DELETE' })).answer.status).toBe(400)
})

/** All that is said to who writes this and no more. */
function ended(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
    socket.on('data', (data) => {
      said += String(data)
    })
    socket.once('close', () => resolve(said)).on('error', () => {})
  })
}

test.each([
  ['head', 'GET /a HTTP/1.1\r\n'],
  [
    'body',
    'POST /a HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
  ],
])('a %s that trickles in is given up', async (_, text) => {
  const { url } = await start({ requestTimeoutMs: 300 })
  expect(await ended(url, text)).toMatch(/^HTTP\/1\.1 408 /)
})

test('a TLS handshake that begins and does not go on is given up', async () => {
  const { url } = await start({ requestTimeoutMs: 300, tls: testCertificate() })
  expect(await ended(url, '\u0016\u0003\u0001\u0002\u0000\u0001')).toBe('')
})

test('connections over the limit are not served', async () => {
  const { url } = await start({ maxConnections: 1 })
  const first = connect(Number(new URL(url).port), '127.0.0.1')
  first.write('GET /parameter/a HTTP/1.1\r\nhost: a\r\n\r\n')
  await once(first, 'data')
  expect(await ended(url, 'GET /parameter/a HTTP/1.1\r\nhost: a\r\n\r\n')).toBe('')
  first.destroy()
})

test('what we fail at is logged, and says nothing to the asker', async () => {
  const { url, logged } = await start()
  const { body } = await ask(`${url}/secret`)
  expect(body).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 })
  expect(logged).toEqual(['it-failed'])
})

test('without TLS only this machine; a port that is taken is named', async () => {
  expect(() => createRestServer({ ...OPTIONS, host: '0.0.0.0' }, noLog)).toThrow(
    ConfigurationInvalid,
  )
  const { url } = await start()
  const taken = { ...OPTIONS, port: Number(new URL(url).port) }
  await expect(listenRest(createRestServer(taken, noLog), taken)).rejects.toThrow('port is in use')
})

test('what is no HTTP is answered and closed', async () => {
  const { url } = await start()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const closed = new Promise<string>((resolve) => {
    let text = ''
    socket.on('data', (part) => {
      text += part.toString()
    })
    socket.on('close', () => resolve(text))
  })
  socket.write('garbage\r\n\r\n')
  expect(await closed).toMatch(/^HTTP\/1\.1 400 /)
})
