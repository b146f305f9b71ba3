import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { GATEWAY_ID } from '../../../test/support/cpns-world.ts'
import { connected } from '../../../test/support/hand-client.ts'
import type { AdminRoute } from '../rest/admin-api.ts'
import { PROBLEM_TITLES } from '../rest/problem.ts'
import { type AdminWorld, inPath, startAdminWorld } from './server-admin.fixture.ts'
import { SERVER_ROUTES } from './server-routes.ts'

let admin: AdminWorld
beforeEach(async () => {
  admin = await startAdminWorld()
})
afterEach(() => admin.close())

const routes = Object.entries<AdminRoute>(SERVER_ROUTES)

interface Operation {
  readonly operationId: string
  readonly security?: unknown
  readonly requestBody?: unknown
  readonly responses: object
}

/** The document, as it is served. */
async function operationsOf(): Promise<{ path: string; method: string; operation: Operation }[]> {
  const { json } = await admin.ask('GET', '/admin/openapi.json', { bearer: 'x' })
  const { paths } = json as { paths: Record<string, Record<string, Operation>> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
}

describe('the OpenAPI document', () => {
  test('is served without the token, has every route, and only itself is open', async () => {
    const operations = await operationsOf()
    expect(operations.map(({ operation }) => operation.operationId).sort()).toEqual(
      Object.keys(SERVER_ROUTES).sort(),
    )
    const open = operations.filter(({ operation }) => operation.security === undefined)
    expect(open.map(({ operation }) => operation.operationId)).toEqual(['openapi'])
  })

  test('every answer of every route is one of the document', async () => {
    await connected(admin.world)
    for (const { path, method, operation } of await operationsOf()) {
      for (const id of [GATEWAY_ID, 'urn:x:nobody', 'no id\u0001']) {
        const at = path.replaceAll(/\{\w+\}/g, inPath(id))
        const bodies = operation.requestBody === undefined ? [] : [{ body: {} }, { body: '{' }]
        for (const asked of [{}, ...bodies]) {
          const { status } = await admin.ask(method.toUpperCase(), at, asked)
          const documented = Object.keys(operation.responses).map(Number)
          expect(documented, `${method} ${at}`).toContain(status)
        }
      }
    }
  })

  test('every failure has a title', () => {
    const statuses = routes.flatMap(([, { failures = {} }]) => Object.keys(failures))
    expect(statuses.filter((status) => PROBLEM_TITLES[Number(status)] === undefined)).toEqual([])
  })
})

test.each(routes)('%s: nothing is told or done without the token', async (_name, route) => {
  const path = route.path.replaceAll(/\{\w+\}/g, inPath(GATEWAY_ID))
  const body = route.body === undefined ? {} : { body: '{}', type: 'no/type' }
  const { status } = await admin.ask(route.method, path, { bearer: `${admin.token}x`, ...body })
  expect(status).toBe(route.open ? 200 : 401)
})

test('what is listed and shown is what the schemas say, page by page', async () => {
  await connected(admin.world)
  for (const name of [
    'listUsers',
    'listEntities',
    'listEuKeys',
    'listSessions',
    'listPns',
  ] as const) {
    const route: AdminRoute = SERVER_ROUTES[name]
    const { status, json } = await admin.ask('GET', route.path)
    expect(status, name).toBe(200)
    expect((route.success.schema as z.ZodType).safeParse(json).error, name).toBeUndefined()
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'limit=1&limit=2', 'page=1']) {
      const refused = await admin.ask('GET', `${route.path}?${query}`)
      expect(refused.status, `${name} ${query}`).toBe(400)
      expect(JSON.stringify(refused.json)).toMatch(/limit: |body: .*page/)
    }
  }
  for (const name of ['listEuKeys', 'listSessions'] as const) {
    const { status, json } = await admin.ask('GET', `${SERVER_ROUTES[name].path}?after=x`)
    expect([status, json]).toMatchObject([400, { detail: expect.stringMatching(/^after: /) }])
  }
})

test('whatever body comes, the answer is one of the document', async () => {
  const field = fc.constantFrom('entityId', 'owner', 'kind', 'id', 'userId', 'key', 'lifetime', 'x')
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('urn:x:a', 'user', 'impi', 'alice', 'a'.repeat(64), 5, {
      kind: 'user',
      id: 'a',
    }),
    fc.jsonValue(),
  )
  const withBody = routes.filter(([name, { body }]) => body !== undefined && name !== 'addUser')
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...withBody),
      fc.dictionary(field, value),
      async ([, route], body) => {
        const path = route.path.replaceAll(/\{\w+\}/g, inPath('urn:x:a'))
        const { status } = await admin.ask(route.method, path, { body })
        expect([route.success.status, ...Object.keys(route.failures ?? {}).map(Number)]).toContain(
          status,
        )
      },
    ),
    { numRuns: 150, seed: 5 },
  )
})
