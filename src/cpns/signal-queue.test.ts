import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { TransportFailed } from '../errors/errors.ts'
import { createSignalQueue } from './signal-queue.ts'

const clock = createVirtualClock()
const queue = () => createSignalQueue<string>(clock)

describe('signals', () => {
  test('come out in the order in which they came in, waited for or not', async () => {
    const signals = queue()
    const waiting = signals.next()
    for (const signal of ['a', 'b', 'c']) signals.push(signal)
    expect([await waiting, await signals.next(), await signals.next()]).toEqual(['a', 'b', 'c'])
  })

  test('a time limit ends one wait and loses nothing', async () => {
    const signals = queue()
    const late = signals.next(10)
    await clock.advance(10)
    expect(await late).toBeUndefined()
    signals.push('a')
    expect(await signals.next(10)).toBe('a')
  })

  test('a signal in time takes the timer back', async () => {
    const signals = queue()
    const before = clock.pendingTimers()
    const waiting = signals.next(10)
    signals.push('a')
    await waiting
    expect(clock.pendingTimers()).toBe(before)
  })
})

describe('the end', () => {
  test('wakes the reader, and is what all later ones get', async () => {
    const signals = queue()
    const waiting = signals.next(10)
    signals.end('closed')
    expect([await waiting, await signals.next(), await signals.next(10)]).toEqual([
      'closed',
      'closed',
      'closed',
    ])
  })

  test('comes after what waits', async () => {
    const signals = queue()
    signals.push('a')
    signals.end('closed')
    expect([await signals.next(), await signals.next()]).toEqual(['a', 'closed'])
  })
})

test('the 65th that waits is refused, and the first 64 are still there', async () => {
  const signals = queue()
  for (let n = 1; n <= 64; n++) signals.push(`${n}`)
  expect(() => signals.push('65')).toThrow(TransportFailed)
  expect(await signals.next()).toBe('1')
  signals.push('65')
})
