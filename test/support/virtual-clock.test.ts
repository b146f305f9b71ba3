import { expect, test } from 'vitest'
import { createVirtualClock } from './virtual-clock.ts'

test('timers fire in the order of their due times, at their due time', async () => {
  const clock = createVirtualClock(1_000)
  const fired: string[] = []
  const note = (name: string) => () => fired.push(`${name}@${clock.nowMs()}/${clock.monotonicMs()}`)
  clock.setTimer(30, note('late'))
  clock.setTimer(10, note('early'))
  clock.setTimer(10, note('early too'))
  clock.setTimer(-5, note('at once'))
  await clock.advance(10)
  expect(fired).toEqual(['at once@1000/0', 'early@1010/10', 'early too@1010/10'])
  await clock.advance(19)
  expect(fired).toHaveLength(3)
  await clock.advance(1)
  expect(fired[3]).toBe('late@1030/30')
  expect(clock.pendingTimers()).toBe(0)
})

test('a timer set after an await fires within the same advance', async () => {
  const clock = createVirtualClock()
  const sleep = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(ms, resolve))
  const ticks: number[] = []
  const loop = async () => {
    for (let n = 0; n < 3; n++) {
      await sleep(10)
      ticks.push(clock.monotonicMs())
    }
  }
  const done = loop()
  await clock.advance(35)
  await done
  expect(ticks).toEqual([10, 20, 30])
  expect(clock.monotonicMs()).toBe(35)
})

test('a cancelled timer does not fire', async () => {
  const clock = createVirtualClock()
  let fired = false
  clock
    .setTimer(1, () => {
      fired = true
    })
    .cancel()
  await clock.advance(10)
  expect(fired).toBe(false)
})

test('the wall clock jumps alone, the monotonic clock never goes back', async () => {
  const clock = createVirtualClock(5_000)
  clock.jumpWall(-4_000)
  expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_000, 0])
  await expect(clock.advance(-1)).rejects.toThrow(RangeError)
})
