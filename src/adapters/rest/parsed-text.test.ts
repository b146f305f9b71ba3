import { expect, test } from 'vitest'
import { z } from 'zod'
import { parseEntityId } from '../../identity/entity-id.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { parsedText } from './parsed-text.ts'
import { jsonSchemaOf } from './rest-route.ts'
import { readInput } from './rest-server.ts'

const schema = z.strictObject({ entity: parsedText(parseEntityId), user: parsedText(parseUserId) })

test('every text that is refused is named, with the reason', () => {
  expect(readInput(schema, { entity: 'urn:x:a', user: 'alice' })).toEqual({
    entity: 'urn:x:a',
    user: 'alice',
  })
  expect(() => readInput(schema, { entity: 'a', user: '' })).toThrow(
    'entity: not a URI; user: not 1 to 128 characters',
  )
  expect(() => readInput(schema, { entity: 1, user: 'a' })).toThrow('entity: ')
})

test('a fault of our own is no fault of the asker', () => {
  const broken = parsedText(() => {
    throw new RangeError('ours')
  })
  expect(() => readInput(broken, 'a')).toThrow(RangeError)
})

test('a string, in the document', () => {
  expect(jsonSchemaOf(schema)).toMatchObject({
    properties: { entity: { type: 'string' }, user: { type: 'string' } },
  })
})
