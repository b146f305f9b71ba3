import { expect, test } from 'vitest'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import { causeOf, PROBLEM_MEDIA_TYPE, problemResponse } from './problem-details.ts'

test('status, title and cause are there, and the cause is read', () => {
  const response = problemResponse({ status: 404, title: 'Not Found', cause: 'USER_NOT_FOUND' })
  expect(response).toMatchObject({ status: 404, contentType: PROBLEM_MEDIA_TYPE })
  expect(JSON.parse(fromUtf8(response.body))).toEqual({
    status: 404,
    title: 'Not Found',
    cause: 'USER_NOT_FOUND',
  })
  expect(causeOf(response)).toBe('USER_NOT_FOUND')
})

test('no cause in another media type, in no JSON, and where there is none', () => {
  const problem = { status: 404, contentType: PROBLEM_MEDIA_TYPE }
  expect(causeOf({ ...problem, body: utf8('{') })).toBeUndefined()
  expect(causeOf({ ...problem, body: utf8('{"cause":1}') })).toBeUndefined()
  const html = { ...problem, contentType: 'text/html', body: utf8('{"cause":"A"}') }
  expect(causeOf(html)).toBeUndefined()
})
