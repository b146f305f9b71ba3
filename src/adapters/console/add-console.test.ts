import { rmSync } from 'node:fs'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { addConsole, CONSOLE_CSP, type ConsoleAction, type ConsolePorts } from './add-console.ts'
import { pageFolder, traced } from './console.fixture.ts'
import { createConsoleFeed } from './console-feed.ts'
import { createConsoleLogin } from './console-login.ts'

let folder: string
beforeAll(() => {
  folder = pageFolder()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PASSWORD = 'correct horse'
const OWN = { 'x-cpns-console': '1', 'content-type': 'application/json' }
const running: { app: FastifyInstance; end: () => void }[] = []
afterEach(async () => {
  for (const { app, end } of running.splice(0)) {
    end()
    await app.close()
  }
})

function login() {
  const verifyPassword = async (password: string): Promise<boolean> => password === PASSWORD
  return createConsoleLogin({ verifyPassword, clock: systemClock, random: createSystemRandom() })
}

async function start(change: Partial<ConsolePorts> = {}) {
  const app = Fastify({ forceCloseConnections: true })
  const feed = createConsoleFeed({}, systemClock)
  const end = addConsole(
    app,
    { title: 'cpns', version: '1', pageFolder: folder, isSecure: true },
    {
      feed,
      state: async () => ({ atMs: 1, tables: [], health: [] }),
      clock: systemClock,
      ...change,
    },
  )
  await app.listen({ host: '127.0.0.1', port: 0 })
  running.push({ app, end })
  const { port } = app.server.address() as { port: number }
  const base = `http://127.0.0.1:${port}`
  const post = (path: string, body: unknown = {}, headers: Record<string, string> = OWN) =>
    fetch(`${base}/console/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { app, base, feed, post }
}

async function cookieOf(post: Awaited<ReturnType<typeof start>>['post']): Promise<string> {
  const answer = await post('login', { password: PASSWORD })
  return answer.headers.get('set-cookie') ?? ''
}

describe('the page', () => {
  test('nothing inline, nothing of others, in no frame', async () => {
    const { base } = await start()
    const answer = await fetch(`${base}/console/`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-security-policy')).toBe(CONSOLE_CSP)
    expect(CONSOLE_CSP).not.toMatch(/unsafe|\*|https?:/)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('assets for ever, other paths not at all', async () => {
    const { base } = await start()
    const asset = await fetch(`${base}/console/assets/index-1.js`)
    expect(asset.headers.get('cache-control')).toContain('immutable')
    expect(asset.headers.get('content-type')).toContain('text/javascript')
    for (const path of ['assets/none.js', 'assets/..%2f..%2fpackage.json', 'licences.md']) {
      expect((await fetch(`${base}/console/${path}`)).status, path).toBe(404)
    }
    const redirect = await fetch(`${base}/console`, { redirect: 'manual' })
    expect([redirect.status, redirect.headers.get('location')]).toEqual([308, '/console/'])
  })
})

describe('without a login', () => {
  test('only names of this machine are answered', async () => {
    const { app } = await start()
    for (const host of ['evil.example', '192.0.2.1']) {
      const answer = await app.inject({ url: '/console/', headers: { host } })
      expect(answer.statusCode, host).toBe(403)
    }
  })

  test('and nobody can log in', async () => {
    const { base, post } = await start()
    expect((await post('login', { password: PASSWORD })).status).toBe(400)
    expect((await fetch(`${base}/console/api/session`)).status).toBe(204)
  })
})

describe('with a login', () => {
  test('everything but the page wants a session', async () => {
    const { base, post } = await start({ login: login(), actions: [action('a')] })
    expect((await fetch(`${base}/console/`)).status).toBe(200)
    for (const path of ['session', 'stream', 'octets/1']) {
      expect((await fetch(`${base}/console/api/${path}`)).status, path).toBe(401)
    }
    expect((await post('actions/a')).status).toBe(401)
  })

  test('the cookie is for this page only, and out of reach of scripts', async () => {
    const { base, post } = await start({ login: login() })
    const cookie = await cookieOf(post)
    expect(cookie).toMatch(
      /^cpns_console=[0-9a-f]{64}; Path=\/console; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    )
    const headers = { cookie: `other=1; ${cookie.split(';')[0]}` }
    expect((await fetch(`${base}/console/api/session`, { headers })).status).toBe(204)
    const out = await post('logout', {}, { ...OWN, ...headers })
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await fetch(`${base}/console/api/session`, { headers })).status).toBe(401)
  })

  test('a wrong password, and too many of them', async () => {
    const { post } = await start({ login: login() })
    for (let n = 0; n < 5; n++) {
      expect((await post('login', { password: 'wrong' })).status).toBe(401)
    }
    const late = await post('login', { password: PASSWORD })
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '60'])
  })

  test.each([[{}], [{ password: 5 }], [[]], ['x'], [null]])('a login with %j', async (body) => {
    const { post } = await start({ login: login() })
    expect((await post('login', body)).status).toBe(400)
  })

  test('a stream ends with the session that it was opened by', async () => {
    const { base, post } = await start({ login: login() })
    const headers = { cookie: (await cookieOf(post)).split(';')[0] ?? '' }
    const stream = await fetch(`${base}/console/api/stream`, { headers })
    const reader = stream.body?.getReader()
    await reader?.read()
    await post('logout', {}, { ...OWN, ...headers })
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read());
  })
})

describe('forged requests', () => {
  test('a POST without our header, or from another origin', async () => {
    const { post } = await start({ login: login(), actions: [action('a')] })
    const headers = { cookie: (await cookieOf(post)).split(';')[0] ?? '' }
    const plain = { ...headers, 'content-type': 'application/json' }
    expect((await post('actions/a', {}, plain)).status).toBe(403)
    const foreign = { ...OWN, ...headers, origin: 'https://evil.example' }
    expect((await post('actions/a', {}, foreign)).status).toBe(403)
    expect((await post('actions/a', {}, { ...OWN, ...headers })).status).toBe(200)
  })
})

function action(name: string, run: () => Promise<string> = async () => 'Seen.'): ConsoleAction {
  return { name, label: name, what: 'Does it.', run }
}

describe('actions', () => {
  test('what was seen, or what was seen instead', async () => {
    const fail = action('b', async () => {
      throw new Error('the card is gone')
    })
    const { post } = await start({ actions: [action('a'), fail] })
    expect(await (await post('actions/a')).json()).toEqual({ isDone: true, sentence: 'Seen.' })
    expect(await (await post('actions/b')).json()).toEqual({
      isDone: false,
      sentence: 'the card is gone',
    })
    expect((await post('actions/none')).status).toBe(404)
  })

  test('one at a time', async () => {
    let finish: (text: string) => void = () => {}
    const slow = action('slow', () => new Promise((resolve) => (finish = resolve)))
    const { post } = await start({ actions: [slow] })
    const first = post('actions/slow')
    await expect.poll(async () => (await post('actions/slow')).status).toBe(409)
    finish('Done.')
    expect(await (await first).json()).toMatchObject({ sentence: 'Done.' })
  })
})

test('the stream: what happened, and what happens', async () => {
  const { base, feed } = await start({ actions: [action('a')] })
  feed.trace(traced('before'))
  const stream = await fetch(`${base}/console/api/stream?after=0`)
  expect(stream.headers.get('content-type')).toBe('text/event-stream')
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const untilSaid = async (what: string): Promise<void> => {
    while (!text.includes(what)) text += (await reader?.read())?.value ?? ''
  }
  await untilSaid('"before"')
  feed.trace(traced('after'))
  await untilSaid('"after"')
  expect(text).toContain('"actions":[{"name":"a","label":"a","what":"Does it."}]')
  await reader?.cancel()
})

test('the octets of a message that is opened', async () => {
  const { base, feed } = await start()
  feed.trace({ ...traced('a'), wire: () => ({ protocol: 'cpns', octets: new Uint8Array([60]) }) })
  const answer = await fetch(`${base}/console/api/octets/1`)
  expect(await answer.json()).toEqual({ protocol: 'cpns', hex: '3c' })
  for (const seq of ['2', '0', 'x', '-1']) {
    expect((await fetch(`${base}/console/api/octets/${seq}`)).status, seq).toBe(404)
  }
})
