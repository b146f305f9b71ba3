import { expect, test } from 'vitest'
import { z } from 'zod'
import { fastifyPath, jsonSchemaOf, parametersOf } from './rest-route.ts'

test('a path, for OpenAPI and for Fastify', () => {
  expect(fastifyPath('/things/{name}/parts/{n}')).toBe('/things/:name/parts/:n')
  expect(parametersOf('/things/{name}/parts/{n}')).toEqual(['name', 'n'])
  expect(parametersOf('/things')).toEqual([])
})

test('JSON Schema without the address of its own schema', () => {
  const schema = z.strictObject({ a: z.string().default('x') })
  const properties = { a: { type: 'string', default: 'x' } }
  expect(jsonSchemaOf(schema)).toEqual({ type: 'object', properties, additionalProperties: false })
  expect(jsonSchemaOf(schema, 'output')).toMatchObject({ required: ['a'] })
})
