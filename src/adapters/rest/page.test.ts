import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  entityPageSchema,
  formatCursor,
  LARGEST_PAGE,
  nextOf,
  pageSchema,
  parseCursor,
} from './page.ts'
import { Problem } from './problem.ts'

test('what a list is asked', () => {
  expect(pageSchema.parse({})).toEqual({ limit: 100 })
  expect(pageSchema.parse({ after: 'x', limit: '3' })).toEqual({ after: 'x', limit: 3 })
  for (const limit of ['0', '-1', '1.5', 'x', String(LARGEST_PAGE + 1), ['1', '2']]) {
    expect(pageSchema.safeParse({ limit }).success, String(limit)).toBe(false)
  }
})

test('a full page has a next one', () => {
  const cursorOf = (item: string): string => `after ${item}`
  expect(nextOf(['a', 'b'], 2, cursorOf)).toEqual({ next: 'after b' })
  expect(nextOf(['a'], 2, cursorOf)).toEqual({})
  expect(nextOf([], 2, cursorOf)).toEqual({})
})

test('a key of several parts, as one text and back', () => {
  const key = z.tuple([z.int(), z.string()])
  const cursor = formatCursor([7, 'urn:x:é/?'])
  expect(cursor).toMatch(/^[\w-]+$/)
  expect(parseCursor(cursor, key)).toEqual([7, 'urn:x:é/?'])
  for (const text of ['', 'x', formatCursor([7]), formatCursor(['7', 'a'])]) {
    expect(() => parseCursor(text, key), text).toThrow(Problem)
  }
})

test('a page, of all or of one entity', () => {
  expect(entityPageSchema.parse({ entityId: 'urn:x:a', limit: '2' })).toEqual({
    entityId: 'urn:x:a',
    limit: 2,
  })
  expect(entityPageSchema.safeParse({ entityId: 'a' }).success).toBe(false)
})
