import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { failureOf, never } from '../lab.fixture.ts'
import type { LabWorld } from '../lab-world.ts'
import { expectThat, inTime, StoryFailed, untilAllDelivered } from './story.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

test('what holds goes on, what does not hold fails in its own words', () => {
  expect(() => expectThat(true, 'no')).not.toThrow()
  expect(() => expectThat(false, 'it rains')).toThrow(new StoryFailed('it rains'))
})

describe('in time', () => {
  test('a value that comes', async () => {
    expect(await inTime(Promise.resolve(7), 'too late')).toBe(7)
  })

  test('a failure keeps its own words', async () => {
    expect(await failureOf(inTime(Promise.reject(new Error('no key')), 'too late'))).toBe('no key')
  })

  test('what does not come within 10 seconds', async () => {
    const failure = failureOf(inTime(never(), 'nothing arrived'))
    await vi.advanceTimersByTimeAsync(9_999)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await failure).toBe('nothing arrived')
  })
})

/** A mailbox that is empty from the nth look on. */
function worldWith(looks: number, waitingRecipients = vi.fn()): LabWorld {
  let left = looks
  waitingRecipients.mockImplementation(() => {
    left -= 1
    return Promise.resolve(left > 0 ? ['urn:car'] : [])
  })
  return { clock: { nowMs: () => 5 }, serverStore: { waitingRecipients } } as unknown as LabWorld
}

describe('until all is delivered', () => {
  test('looks until nobody has a message waiting', async () => {
    const look = vi.fn()
    const delivered = untilAllDelivered(worldWith(4, look))
    await vi.runAllTimersAsync()
    await delivered
    expect(look.mock.calls).toEqual([[5], [5], [5], [5]])
  })

  test('fails if a message stays', async () => {
    const failure = failureOf(untilAllDelivered(worldWith(Number.POSITIVE_INFINITY)))
    await vi.advanceTimersByTimeAsync(11_000)
    expect(await failure).toContain('never acknowledged')
  })
})
