import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigurationInvalid, InvalidMessage } from '../../errors/errors.ts'
import { noLog } from '../../ports/log.ts'
import { type AdminRoutes, addAdminRoutes, adminOpenApi, OPENAPI_ROUTE } from './admin-api.ts'
import { Problem } from './problem.ts'
import { createRestServer, readInput } from './rest-server.ts'

const success = { status: 201, description: 'Done' }
const body = z.strictObject({ n: z.int() })
const ROUTES = {
  put: { method: 'PUT', path: '/admin/things/{name}', summary: 'Put', body, success },
  mark: { method: 'PUT', path: '/admin/marks/{name}', summary: 'Mark', success },
  load: {
    method: 'POST',
    path: '/admin/load',
    summary: 'Load',
    body: z.string(),
    accepts: ['text/csv'],
    maxBodyOctets: 1000,
    success,
  },
  health: { method: 'GET', path: '/healthz', summary: 'Alive', open: true, success },
  openapi: OPENAPI_ROUTE,
} as const satisfies AdminRoutes

const app = createRestServer(
  { host: '127.0.0.1', port: 0, maxBodyOctets: 100, failureEvent: 'it-failed' },
  noLog,
)
app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, text, done) =>
  done(null, text),
)
let asked = 0
addAdminRoutes(
  app,
  {
    title: 'Things',
    version: '1',
    routes: ROUTES,
    handlers: {
      put: ({ body: given }) => readInput(body, given),
      mark: ({ body: given }) => ({ given: given ?? 'nothing' }),
      load({ body: text }) {
        asked += 1
        if (text === 'line') throw new InvalidMessage('no line', 'line 1')
        if (text === 'file') throw new ConfigurationInvalid('no file')
        return { length: String(text).length }
      },
      health: () => ({ status: 'ok' }),
    },
  },
  {
    authorize({ authorization }) {
      if (authorization !== 'Bearer good') throw new Problem(401)
    },
  },
)
afterEach(() => app.close())

test('token, media type, size and outcome of each route', async () => {
  const ask = async (
    [method, url]: readonly ['PUT' | 'POST' | 'GET', string],
    payload?: string,
    type = 'application/json',
    token = 'good',
  ) => {
    const headers = { authorization: `Bearer ${token}`, ...(payload && { 'content-type': type }) }
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) })
    return {
      status: answer.statusCode,
      cache: answer.headers['cache-control'],
      body: answer.json(),
    }
  }
  const put = ['PUT', '/admin/things/a'] as const
  const load = ['POST', '/admin/load'] as const
  expect(await ask(put, '{"n":1}')).toEqual({ status: 201, cache: 'no-store', body: { n: 1 } })
  expect(await ask(put, '{"n":1}', 'Application/JSON; charset=utf-8')).toMatchObject({
    status: 201,
  })
  expect(await ask(put, '{"n":1}', 'text/csv')).toMatchObject({ status: 415 })
  expect(await ask(put)).toMatchObject({ status: 415 })
  expect(await ask(put, '{}', 'no/type', 'bad')).toMatchObject({ status: 401 })
  expect(await ask(put, `{"n":${'1'.repeat(200)}}`)).toMatchObject({ status: 413 })
  const mark = ['PUT', '/admin/marks/a'] as const
  const marked = { status: 201, body: { given: 'nothing' } }
  expect(await ask(mark)).toMatchObject(marked)
  expect(await ask(mark, 'no JSON')).toMatchObject(marked)
  expect(await ask(load, 'x'.repeat(200), 'text/csv', 'bad')).toMatchObject({ status: 401 })
  expect(asked).toBe(0)
  expect(await ask(load, 'x'.repeat(200), 'text/csv')).toMatchObject({ status: 201 })
  expect(await ask(load, 'x'.repeat(1200), 'text/csv')).toMatchObject({ status: 413 })
  const wrong = { status: 400, body: { status: 400, detail: 'line 1: no line' } }
  expect(await ask(load, 'line', 'text/csv')).toMatchObject(wrong)
  expect(await ask(load, 'file', 'text/csv')).toMatchObject({ status: 400 })
  expect(await ask(['GET', '/healthz'], undefined, '', 'bad')).toMatchObject({ status: 201 })
  const { status, body: document } = await ask(['GET', '/admin/openapi.json'], undefined, '', 'bad')
  expect(status).toBe(200)
  const made = adminOpenApi({ title: 'Things', version: '1' }, ROUTES)
  expect(document).toEqual(JSON.parse(JSON.stringify(made)))
  expect(document).toMatchObject({
    paths: {
      '/admin/things/{name}': { put: { responses: { 401: {}, 413: {}, 415: {}, 429: {} } } },
    },
  })
})
