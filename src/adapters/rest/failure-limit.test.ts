import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { bearerOf, createFailureLimit } from './failure-limit.ts'

test('twenty failures in a minute, then the network of the address waits; others do not', async () => {
  const clock = createVirtualClock()
  const limit = createFailureLimit(clock)
  for (let n = 0; n < 20; n += 1) {
    limit.assertMayTry('2001:db8::1')
    limit.count(`2001:db8::${n}`)
  }
  await clock.advance(12_500)
  expect(problemOf(() => limit.assertMayTry('2001:db8::1'))).toMatchObject({
    status: 429,
    retryAfterSeconds: 48,
  })
  limit.assertMayTry('2001:db8:0:1::1')
  await clock.advance(47_500)
  limit.assertMayTry('2001:db8::1')
})

function problemOf(attempt: () => void): unknown {
  try {
    attempt()
    return undefined
  } catch (problem) {
    return problem
  }
}

test.each([
  ['Bearer a', 'a'],
  ['bearer  a', 'a'],
  ['Basic a', undefined],
  ['Bearer a b', undefined],
  [undefined, undefined],
])('%s', (header, bearer) => {
  expect(bearerOf(header)).toBe(bearer)
})
