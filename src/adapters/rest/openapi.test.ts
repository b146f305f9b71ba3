import { expect, test } from 'vitest'
import { z } from 'zod'
import { openApiDocument } from './openapi.ts'
import type { RestRoute } from './rest-route.ts'

const routes = {
  add: {
    method: 'POST',
    path: '/things/{name}',
    summary: 'Add one',
    body: z.strictObject({ size: z.int() }),
    query: z.strictObject({ dryRun: z.string().optional() }),
    success: { status: 201, description: 'Added' },
    failures: { 409: 'It is there' },
  },
  health: {
    method: 'GET',
    path: '/healthz',
    summary: 'Alive',
    success: { status: 200, description: 'It is', mediaType: 'application/json' },
  },
} as const satisfies Record<string, RestRoute>

test('parameters, body, security and failures of a route; an open one has none', () => {
  const document = openApiDocument<RestRoute>(
    {
      title: 'Things',
      version: '1',
      bearer: 'token',
      needs: ({ path }) => (path === '/healthz' ? undefined : 'A token'),
      commonFailures: { 401: 'No token' },
    },
    routes,
  ) as { paths: Record<string, Record<string, object>> }
  expect(document.paths['/things/{name}']?.post).toMatchObject({
    operationId: 'add',
    security: [{ token: [] }],
    parameters: [
      { name: 'name', in: 'path', required: true },
      { name: 'dryRun', in: 'query', required: false, schema: { type: 'string' } },
    ],
    requestBody: { content: { 'application/json': { schema: { required: ['size'] } } } },
    responses: { 201: {}, 401: {}, 409: { description: 'Conflict: It is there' } },
  })
  expect(document.paths['/healthz']?.get).not.toHaveProperty('security')
})

test('413, 415, 414 and a path that cannot be decoded stand where they can come, and nowhere else', () => {
  const success = { status: 200, description: 'Done' }
  const routes: Record<string, RestRoute> = {
    read: { method: 'GET', path: '/things', summary: '', success },
    readOne: { method: 'GET', path: '/things/{name}', summary: '', success },
    add: { method: 'POST', path: '/things', summary: '', body: z.strictObject({}), success },
    remove: { method: 'DELETE', path: '/things/{name}', summary: '', success },
  }
  const options = {
    title: 'Things',
    version: '1',
    bearer: 'token',
    needs: () => 'A token',
    commonFailures: {},
    bodyFailures: { 413: 'Too large', 415: 'No JSON' },
  }
  const { paths } = openApiDocument<RestRoute>(options, routes) as {
    paths: Record<string, Record<string, { operationId: string; responses: object }>>
  }
  const statuses = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .map(({ operationId, responses }) => [operationId, Object.keys(responses).join(' ')])
  expect(Object.fromEntries(statuses)).toEqual({
    read: '200',
    readOne: '200 400 414',
    add: '200 413 415',
    remove: '200 400 413 414',
  })
})
