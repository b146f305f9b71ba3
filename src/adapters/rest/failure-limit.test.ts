import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { bearerOf, createFailureLimit } from './failure-limit.ts'

test('twenty failures in a minute, then the network of the address waits; others do not', async () => {
  const clock = createVirtualClock()
  const limit = createFailureLimit(clock)
  for (let n = 0; n < 20; n += 1) {
    expect(limit.isOver('2001:db8::1')).toBe(false)
    limit.count(`2001:db8::${n}`)
  }
  expect([limit.isOver('2001:db8::1'), limit.isOver('2001:db8:0:1::1')]).toEqual([true, false])
  await clock.advance(60_000)
  expect(limit.isOver('2001:db8::1')).toBe(false)
})

test.each([
  ['Bearer a', 'a'],
  ['bearer  a', 'a'],
  ['Basic a', undefined],
  ['Bearer a b', undefined],
  [undefined, undefined],
])('%s', (header, bearer) => {
  expect(bearerOf(header)).toBe(bearer)
})
