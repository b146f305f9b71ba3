import { expect, test } from 'vitest'
import { createPending } from './pending.ts'

test('an end has the first beginning, once', () => {
  const pending = createPending()
  pending.begin('a', 1)
  pending.begin('a', 2)
  expect([pending.end('a'), pending.end('a'), pending.end('b')]).toEqual([1, undefined, undefined])
})

test('beyond the limit the oldest is forgotten', () => {
  const pending = createPending(2)
  for (const [at, key] of ['a', 'b', 'c'].entries()) pending.begin(key, at)
  expect(['a', 'b', 'c'].map((key) => pending.end(key))).toEqual([undefined, 1, 2])
})
