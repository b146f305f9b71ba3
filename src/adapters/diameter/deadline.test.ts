import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createDeadline } from './deadline.ts'

function world() {
  const clock = createVirtualClock()
  const firedAt: number[] = []
  const deadline = createDeadline(clock, () => firedAt.push(clock.monotonicMs()))
  return { clock, firedAt, deadline }
}

test('fires once, when it is due', async () => {
  const { clock, firedAt, deadline } = world()
  deadline.set(100)
  await clock.advance(99)
  expect(firedAt).toEqual([])
  await clock.advance(1000)
  expect(firedAt).toEqual([100])
  expect(clock.pendingTimers()).toBe(0)
})

test('only the last setting counts, later or earlier, with one timer', async () => {
  const { clock, firedAt, deadline } = world()
  deadline.set(100)
  await clock.advance(50)
  deadline.set(100)
  expect(clock.pendingTimers()).toBe(1)
  await clock.advance(99)
  expect(firedAt).toEqual([])
  deadline.set(500)
  deadline.set(10)
  expect(clock.pendingTimers()).toBe(1)
  await clock.advance(1000)
  expect(firedAt).toEqual([159])
})

test('cleared, it never fires and leaves no timer; it can be set again', async () => {
  const { clock, firedAt, deadline } = world()
  deadline.clear()
  deadline.set(100)
  deadline.clear()
  expect(clock.pendingTimers()).toBe(0)
  await clock.advance(200)
  expect(firedAt).toEqual([])
  deadline.set(1)
  await clock.advance(1)
  expect(firedAt).toEqual([201])
})

test('may be set anew when it fires', async () => {
  const clock = createVirtualClock()
  let fired = 0
  const deadline = createDeadline(clock, () => {
    fired += 1
    deadline.set(10)
  })
  deadline.set(10)
  await clock.advance(35)
  expect(fired).toBe(3)
})
