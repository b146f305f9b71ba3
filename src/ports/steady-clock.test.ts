import { beforeEach, describe, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { noLog } from './log.ts'
import { createSteadyClock, type SteadyClock } from './steady-clock.ts'

let wall: VirtualClock
let clock: SteadyClock
let warned: string[]

beforeEach(() => {
  wall = createVirtualClock(1_000_000)
  warned = []
  clock = createSteadyClock(wall, {
    ...noLog,
    warn: (event, fields) => void warned.push(`${event} ${fields?.byMs}`),
  })
})

test('time goes on as the wall clock says', async () => {
  expect(clock.nowMs()).toBe(1_000_000)
  await wall.advance(1234)
  expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_001_234, 1234])
})

test('whole milliseconds, as stores and messages want them, from a monotonic clock that has parts of them', () => {
  const fine = createSteadyClock({ ...wall, monotonicMs: () => 0.75, nowMs: () => 1000 }, noLog)
  expect(fine.nowMs()).toBe(1000)
  const later = { ...wall, monotonicMs: () => ticks, nowMs: () => 1000 + Math.floor(ticks) }
  let ticks = 0.75
  const running = createSteadyClock(later, noLog)
  for (ticks of [1.25, 1.5, 7.999]) expect(Number.isInteger(running.nowMs())).toBe(true)
})

describe('a wall clock that goes back', () => {
  test('does not take time back, and does not stop it', async () => {
    wall.jumpWall(-3600_000)
    expect(clock.nowMs()).toBe(1_000_000)
    await wall.advance(5000)
    expect(clock.nowMs()).toBe(1_005_000)
  })

  test('is believed again when it has caught up', async () => {
    wall.jumpWall(-10_000)
    clock.nowMs()
    wall.jumpWall(15_000)
    expect(clock.nowMs()).toBe(1_005_000)
  })
})

test('a wall clock that goes ahead is believed', () => {
  wall.jumpWall(3600_000)
  expect(clock.nowMs()).toBe(4_600_000)
})

test('it says how far it is ahead of a wall clock that went back', async () => {
  expect(clock.aheadMs).toBe(0)
  wall.jumpWall(-10_000)
  await wall.advance(500)
  expect(clock.aheadMs).toBe(10_000)
  wall.jumpWall(4_000)
  expect(clock.aheadMs).toBe(6_000)
  wall.jumpWall(60_000)
  expect(clock.aheadMs).toBe(0)
})

test.each([
  [-1, 0],
  [-999, 0],
  [-1_000, 1_000],
  [-2_500, 2_000],
])('%i ms back are %i ms ahead: times that are told stay whole seconds', (jumpMs, aheadMs) => {
  wall.jumpWall(jumpMs)
  expect(clock.aheadMs).toBe(aheadMs)
})

test('a steady clock is taken as it is: its jumps are logged once', () => {
  const again = createSteadyClock(clock, noLog)
  wall.jumpWall(3600_000)
  again.nowMs()
  clock.nowMs()
  expect([again === clock, warned]).toEqual([true, ['clock-jumped 3600000']])
})

test('jumps over a minute are logged, each once; smaller ones are not', () => {
  for (const jumpMs of [60_000, -60_000, 60_001, -60_001]) {
    wall.jumpWall(jumpMs)
    clock.nowMs()
    clock.nowMs()
  }
  expect(warned).toEqual(['clock-jumped 60001', 'clock-jumped -60001'])
})

test('whole milliseconds, whatever the monotonic clock counts in', () => {
  const fine = { ...wall, nowMs: () => 1_000_000, monotonicMs: () => 12.75 }
  expect(createSteadyClock(fine, noLog).nowMs()).toBe(1_000_000)
})

test('timers are those of the clock', async () => {
  let fired = 0
  clock.setTimer(10, () => {
    fired += 1
  })
  clock.setTimer(10, () => {}).cancel()
  await wall.advance(10)
  expect([fired, wall.pendingTimers()]).toEqual([1, 0])
})
