import { expect, test } from 'vitest'
import { z } from 'zod'
import { appOpenApi } from './app-openapi.ts'

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  requestBody: z
    .object({ content: z.object({ 'application/json': z.object({ schema: z.looseObject({}) }) }) })
    .loose()
    .optional(),
})
const document = z.object({
  openapi: z.literal('3.1.0'),
  info: z.object({ title: z.string(), version: z.string() }).loose(),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.object({ Problem: z.looseObject({}) }) }).loose(),
})

test('has the shape of OpenAPI 3.1, and a security for all but itself', () => {
  const { paths, info } = document.parse(appOpenApi('1.2.3'))
  expect(info.version).toBe('1.2.3')
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  const open = operations.filter(({ security }) => security === undefined)
  expect(open.map(({ operationId }) => operationId)).toEqual(['openapi'])
})

test('says that a body can be too large, or no JSON', () => {
  const { paths } = document.parse(appOpenApi('1'))
  for (const methods of Object.values(paths)) {
    for (const [method, { requestBody, responses }] of Object.entries(methods)) {
      const expected = requestBody !== undefined ? ['413', '415'] : method === 'get' ? [] : ['413']
      expect(['413', '415'].filter((status) => status in responses)).toEqual(expected)
    }
  }
})

test('says what a message is', () => {
  const { paths } = document.parse(appOpenApi('1'))
  const body = paths['/api/messages']?.post?.requestBody
  expect(body?.content['application/json'].schema).toMatchObject({
    type: 'object',
    required: ['to'],
    additionalProperties: false,
    properties: { to: { type: 'string', minLength: 1, maxLength: 255 } },
  })
})
