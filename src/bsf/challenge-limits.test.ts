import { expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createChallengeLimits } from './challenge-limits.ts'

test('so many a minute for each user, and again after it', async () => {
  const clock = createVirtualClock()
  const limits = createChallengeLimits({ perImpi: 2, perAddress: 100 }, clock)
  const ask = (impi: string) => limits.admit(impi, '192.0.2.1')
  expect([ask('a'), ask('a'), ask('a'), ask('b')]).toEqual([true, true, false, true])
  await clock.advance(59_999)
  expect(ask('a')).toBe(false)
  await clock.advance(1)
  expect(ask('a')).toBe(true)
})

test('so many for each address; what is refused does not count against the user', () => {
  const limits = createChallengeLimits({ perImpi: 2, perAddress: 1 }, createVirtualClock())
  expect(limits.admit('a', '192.0.2.1')).toBe(true)
  expect([limits.admit('a', '192.0.2.1'), limits.admit('a', '192.0.2.1')]).toEqual([false, false])
  expect(limits.admit('a', '192.0.2.2')).toBe(true)
})

test('the addresses of one IPv6 network are one', () => {
  const limits = createChallengeLimits({ perImpi: 9, perAddress: 1 }, createVirtualClock())
  const ask = (address: string) => limits.admit('a', address)
  expect([ask('2001:db8::1'), ask('2001:db8::2'), ask('2001:db8:0:1::1')]).toEqual([
    true,
    false,
    true,
  ])
})

test('a flood of names does not grow without end: the oldest is forgotten', () => {
  const limits = createChallengeLimits({ perImpi: 1, perAddress: 1_000_000 }, createVirtualClock())
  expect([limits.admit('first', 'x'), limits.admit('first', 'x')]).toEqual([true, false])
  for (let n = 0; n < 100_000; n++) limits.admit(`user ${n}`, 'x')
  expect(limits.admit('first', 'x')).toBe(true)
})

test.each([0, -1, 1.5])('no limit: %s', (perImpi) => {
  expect(() => createChallengeLimits({ perImpi, perAddress: 1 }, createVirtualClock())).toThrow(
    RangeError,
  )
})
