import { expect, test } from 'vitest'
import { mediaTypeOf } from './media-type.ts'

test.each([
  ['application/json', 'application/json'],
  [' Application/JSON ;charset=utf-8', 'application/json'],
  ['', ''],
  [undefined, ''],
])('%j is %j', (contentType, mediaType) => {
  expect(mediaTypeOf(contentType)).toBe(mediaType)
})
