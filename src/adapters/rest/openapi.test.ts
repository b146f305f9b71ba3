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
