import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PHONE, sampleEuKey } from '../../../test/contracts/server-store.samples.ts'
import { verifyWebhook } from '../../app/webhook-signature.ts'
import { Secret } from '../../crypto/secret.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { noLog } from '../../ports/log.ts'
import { problemSchema } from '../rest/problem.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { startAppApi } from './app.fixture.ts'
import { APP_ROUTES } from './app-routes.ts'
import { serveAppApi } from './serve-app-api.ts'

let api: Awaited<ReturnType<typeof startAppApi>>
let status: { submit: number }
beforeEach(async () => {
  status = { submit: 202 }
  api = await startAppApi(status)
})
afterEach(() => api.close())

interface Call {
  readonly key?: string
  readonly body?: unknown
  readonly type?: string
}

async function call(method: string, path: string, { key = api.apiKey, body, type }: Call = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await fetch(`${api.url}${path}`, {
    method,
    headers: {
      ...(key !== '' && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': type ?? 'application/json' }),
    },
    ...(body !== undefined && { body: text }),
  })
  const content = await answer.text()
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    retryAfter: answer.headers.get('retry-after'),
    json: content === '' ? undefined : (JSON.parse(content) as Record<string, unknown>),
  }
}

describe('POST /api/messages', () => {
  const send = (body: unknown, options: Call = {}) =>
    call('POST', '/api/messages', { ...options, body })

  test('text', async () => {
    const answer = await send({ to: 'urn:x:watch', text: 'hé', messageId: 'm1', expires: 5 })
    expect(answer).toMatchObject({ status: 202, json: { messageId: 'm1', status: 202 } })
    expect(api.submitted).toEqual([
      {
        messageId: 'm1',
        from: 'urn:cpns:service:echo',
        to: 'urn:x:watch',
        contentType: 'text/plain',
        payload: new TextEncoder().encode('hé'),
        expires: 5,
      },
    ])
  })

  test('octets, with a MessageID of the server', async () => {
    const { json } = await send({ to: 'urn:x:watch', payload: '/wA=' })
    expect(json?.messageId).toMatch(/^[0-9a-f]{32}$/)
    expect(api.submitted[0]).toMatchObject({
      payload: new Uint8Array([0xff, 0]),
      contentType: 'application/octet-stream',
      expires: 3600,
    })
  })

  test.each([
    ['nothing', {}, 'to'],
    ['no payload', { to: 'urn:x:a' }, 'payload: one of text and payload'],
    ['both', { to: 'urn:x:a', text: 'a', payload: 'YQ==' }, 'payload: one of text and payload'],
    ['a number', { to: 7, text: 'a' }, 'to'],
    ['no base64', { to: 'urn:x:a', payload: '*' }, 'payload'],
    ['base64 without padding', { to: 'urn:x:a', payload: 'YQ' }, 'payload'],
    ['base64 with bits to spare', { to: 'urn:x:a', payload: 'YR==' }, 'payload: not canonical'],
    ['a long life', { to: 'urn:x:a', text: 'a', expires: 604_801 }, 'expires'],
    ['no life', { to: 'urn:x:a', text: 'a', expires: 0 }, 'expires'],
    ['a long MessageID', { to: 'urn:x:a', text: 'a', messageId: 'm'.repeat(65) }, 'messageId'],
    ['a long address', { to: `urn:x:${'a'.repeat(255)}`, text: 'a' }, 'to'],
    ['something more', { to: 'urn:x:a', text: 'a', from: 'urn:x:b' }, 'Unrecognized key'],
    ['an array', [], 'body'],
  ])('%s: 400, and nothing is sent', async (_name, body, detail) => {
    const answer = await send(body)
    expect([answer.status, answer.type]).toEqual([400, 'application/problem+json'])
    expect(problemSchema.parse(answer.json).detail).toContain(detail)
    expect(api.submitted).toEqual([])
  })

  test.each([
    ['no JSON', '{', {}, 400],
    ['another type', 'to=x', { type: 'application/x-www-form-urlencoded' }, 415],
    ['text', '{"to":"urn:x:a","text":"a"}', { type: 'text/plain' }, 415],
    ['no key, and no JSON', '{', { key: '' }, 401],
    ['no key, and over 128 KiB', 'a'.repeat(140_000), { key: '' }, 401],
    ['over 128 KiB', { to: 'urn:x:a', text: 'a'.repeat(140_000) }, {}, 413],
  ])('%s', async (_name, body, options, expected) => {
    const answer = await send(body, options)
    expect([answer.status, problemSchema.parse(answer.json).status]).toEqual([expected, expected])
  })

  test.each([400, 404, 413, 503])('the server refuses with %i', async (refused) => {
    status.submit = refused
    const answer = await send({ to: 'urn:x:a', text: 'a' })
    const retryAfter = refused === 503 ? '2' : null
    expect(answer).toMatchObject({ status: refused, retryAfter })
    expect(answer.json?.detail).toBeTruthy()
  })
})

describe('API keys', () => {
  test.each([
    ['none', ''],
    ['unknown', `cpns_${'a'.repeat(43)}`],
    ['not one', 'secret'],
  ])('%s: 401', async (_name, key) => {
    const answer = await call('GET', '/api/webhook', { key })
    expect([answer.status, answer.type]).toEqual([401, 'application/problem+json'])
  })

  test('for something else: 403', async () => {
    const { text: key } = await api.makeKey(['receive'])
    const body = { to: 'urn:x:a', text: 'a' }
    expect((await call('POST', '/api/messages', { key, body })).status).toBe(403)
    const { text: sender } = await api.makeKey(['send'])
    expect((await call('GET', '/api/events', { key: sender })).status).toBe(403)
  })

  test('that was removed: 401', async () => {
    const { text: key, id } = await api.makeKey(['receive'])
    expect((await call('GET', '/api/webhook', { key })).status).toBe(404)
    await api.store.removeApiKey(id)
    expect((await call('GET', '/api/webhook', { key })).status).toBe(401)
  })

  test('guessing: 429 from the 21st on, also with the right one', async () => {
    for (let n = 0; n < 20; n += 1) await call('GET', '/api/webhook', { key: 'x' })
    const { status, retryAfter } = await call('GET', '/api/webhook')
    expect(status).toBe(429)
    expect(Number(retryAfter)).toBeGreaterThan(0)
    expect(Number(retryAfter)).toBeLessThanOrEqual(60)
  })
})

describe('webhook', () => {
  test('a message is posted and signed, 2xx acknowledges it', async () => {
    const received: { body: Buffer; signature: string }[] = []
    const receiver = createServer((request, response) => {
      const parts: Buffer[] = []
      const signature = String(request.headers['cpns-signature'])
      request
        .on('data', (part: Buffer) => parts.push(part))
        .on('end', () => {
          received.push({ body: Buffer.concat(parts), signature })
          response.writeHead(204).end()
        })
    }).listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    const { port } = receiver.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/in?x=1`
    const set = await call('PUT', '/api/webhook', { body: { url } })
    expect(set).toMatchObject({ status: 200, json: { url } })
    expect((await call('GET', '/api/webhook')).json).toEqual({ url })
    await api.hand({ messageId: 'm1' })
    const secret = Secret.of(Buffer.from(String(set.json?.secret), 'base64url'))
    const [first] = received
    expect(JSON.parse(String(first?.body))).toMatchObject({ messageId: 'm1', text: 'hello' })
    expect(verifyWebhook(first as NonNullable<typeof first>, { secret, nowMs: Date.now() })).toBe(
      true,
    )
    receiver.close()
    receiver.closeAllConnections()
    await expect(api.hand({ messageId: 'm2' })).rejects.toThrow()
  })

  test.each(['ftp://app.example/', 'http://app.example/', 'https://u:p@app.example/', 'app', ''])(
    'no URL for it: %j',
    async (url) => {
      expect((await call('PUT', '/api/webhook', { body: { url } })).status).toBe(400)
      expect((await call('GET', '/api/webhook')).status).toBe(404)
    },
  )

  test('is removed once', async () => {
    await call('PUT', '/api/webhook', { body: { url: 'https://app.example/' } })
    expect((await call('DELETE', '/api/webhook')).status).toBe(204)
    expect((await call('DELETE', '/api/webhook')).status).toBe(404)
  })

  test.each(['', '{}', 'no JSON'])(
    'is removed by a client that says JSON, and sends %j',
    async (body) => {
      await call('PUT', '/api/webhook', { body: { url: 'https://app.example/' } })
      expect((await call('DELETE', '/api/webhook', { body })).status).toBe(204)
    },
  )
})

test('nothing to acknowledge: 404', async () => {
  const body = { from: 'urn:x:a', messageId: 'm1' }
  expect((await call('POST', '/api/acknowledgements', { body })).status).toBe(404)
  expect((await call('POST', '/api/acknowledgements', { body: {} })).status).toBe(400)
})

test('other paths and methods: 404', async () => {
  expect((await call('GET', '/')).status).toBe(404)
  expect((await call('DELETE', '/api/messages')).status).toBe(404)
  expect((await call('HEAD', '/api/openapi.json')).status).toBe(404)
})

test('the document that is served has every route that is served', async () => {
  const { json } = await call('GET', '/api/openapi.json', { key: '' })
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.any())) })
    .parse(json)
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const declared = Object.values(APP_ROUTES).map(({ method, path }) => `${method} ${path}`)
  expect(documented.sort()).toEqual(declared.sort())
  for (const name of documented.filter((one) => !/events|openapi/.test(one))) {
    const [method = '', path = ''] = name.split(' ')
    const known = await call(method, path, { key: '' })
    expect([name, known.status]).toEqual([name, 401])
  }
})

describe('GET /api/pns', () => {
  test('page by page, all or those that an entity is in', async () => {
    const nowMs = Date.now()
    const expiresAtMs = nowMs + 60_000
    await api.serverStore.assignEuKey(sampleEuKey(1, { expiresAtMs }))
    for (const n of [1, 2, 3]) {
      const wish = { gateway: PHONE, newPnId: `urn:cpns:pn:${n}`, alias: `pn ${n}`, members: [] }
      await api.serverStore.registerPn({ ...wish, expiresAtMs }, nowMs)
    }
    const { text: key } = await api.makeKey(['inventory'])
    const page = async (query: string) => {
      const { json, status } = await call('GET', `/api/pns${query}`, { key })
      const { pns, next } = APP_ROUTES.listPns.success.schema.parse(json)
      return { status, ids: pns.map(({ pnId }) => pnId), ...(next !== undefined && { next }) }
    }
    const [one, two, three] = [1, 2, 3].map((n) => `urn:cpns:pn:${n}`)
    expect(await page('')).toEqual({ status: 200, ids: [one, two, three] })
    expect(await page('?limit=2')).toEqual({ status: 200, ids: [one, two], next: two })
    expect(await page(`?limit=2&after=${two}`)).toEqual({ status: 200, ids: [three] })
    expect((await page(`?entityId=${PHONE}`)).ids).toEqual([one, two, three])
    expect((await page('?entityId=urn:x:nobody')).ids).toEqual([])
    for (const query of ['?limit=0', '?limit=1001', '?page=2', '?entityId=x']) {
      expect((await call('GET', `/api/pns${query}`, { key })).status, query).toBe(400)
    }
  })

  test('PNs, all and one, for a key of that scope only', async () => {
    const nowMs = Date.now()
    const euKey = sampleEuKey(1, { expiresAtMs: nowMs + 60_000 })
    await api.serverStore.assignEuKey(euKey)
    const wish = { gateway: PHONE, newPnId: 'urn:cpns:pn:1', alias: 'home', members: [] }
    await api.serverStore.registerPn({ ...wish, expiresAtMs: nowMs + 60_000 }, nowMs)
    const { text: key } = await api.makeKey(['inventory'])
    const shown = { pnId: 'urn:cpns:pn:1', alias: 'home', gateway: PHONE, online: false }
    const all = await call('GET', '/api/pns', { key })
    expect(all).toMatchObject({ status: 200, json: { pns: [shown] } })
    const { success } = APP_ROUTES.listPns
    expect(success.schema.safeParse(all.json).success).toBe(true)
    expect(await call('GET', '/api/pns/urn%3Acpns%3Apn%3A1', { key })).toMatchObject({
      status: 200,
      json: shown,
    })
    expect((await call('GET', '/api/pns/urn%3Ax%3Anone', { key })).status).toBe(404)
    for (const path of ['/api/pns', '/api/pns/urn%3Acpns%3Apn%3A1']) {
      expect((await call('GET', path)).status).toBe(403)
    }
  })
})

test('without TLS only this machine, and a taken port is said', async () => {
  const common = { clock: systemClock, random: createSystemRandom(), log: noLog }
  const ports = { ...common, store: api.store, pns: api.serverStore }
  const exchange = { registerService: () => () => {}, submit: async () => 202 }
  const serve = (host: string, port: number) =>
    serveAppApi({ host, port, version: '0' }, { ...ports, exchange })
  await expect(serve('0.0.0.0', 0)).rejects.toThrow(ConfigurationInvalid)
  const taken = Number(new URL(api.url).port)
  await expect(serve('127.0.0.1', taken)).rejects.toThrow('the port is in use')
})
