import { expect, test } from 'vitest'
import { Problem, problemDocument, problemSchema } from './problem.ts'

test('a document of RFC 9457', () => {
  const document = problemDocument(new Problem(404, 'no such message'))
  expect(problemSchema.parse(document)).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'no such message',
  })
})

test('without detail', () => {
  expect(problemDocument(new Problem(500))).not.toHaveProperty('detail')
  expect(new Problem(500).message).toBe('Internal Server Error')
})
