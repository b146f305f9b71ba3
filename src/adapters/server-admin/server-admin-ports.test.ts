import type { FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { parseEntityId } from '../../identity/entity-id.ts'
import { paramOf } from './server-admin-ports.ts'

test('a parameter is read by its parser, and named if it is wrong', () => {
  const request = { params: { entityId: 'urn:x:a', other: 'a' } } as unknown as FastifyRequest
  expect(paramOf(request, 'entityId', parseEntityId)).toBe('urn:x:a')
  expect(() => paramOf(request, 'other', parseEntityId)).toThrow('other: not a URI')
})
