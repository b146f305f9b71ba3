import { expect, test } from 'vitest'
import { challenge, refuse } from './refusal.ts'

test('a refusal has a status, and a time to wait only where there is one', () => {
  expect(refuse(403, 'no')).toEqual({ outcome: 'refused', status: 403, reason: 'no' })
  expect(refuse(429, 'later', 7)).toMatchObject({ retryAfterSeconds: 7 })
})

test('a challenge says what is special about it', () => {
  expect(challenge('who?')).toEqual({ outcome: 'challenged', reason: 'who?' })
  expect(challenge('old', { isStale: true })).toMatchObject({ isStale: true })
})
