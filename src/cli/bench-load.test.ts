import { expect, test } from 'vitest'
import { systemClock } from '../adapters/system/system-clock.ts'
import { measureInTurn, measureLoad } from './bench-load.ts'

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('so many are in flight, and no more', async () => {
  let now = 0
  let most = 0
  const once = async () => {
    now += 1
    most = Math.max(most, now)
    await sleep(5)
    now -= 1
  }
  const figure = await measureLoad({ inFlight: 4, seconds: 0.2, once }, systemClock)
  expect([most, now]).toEqual([4, 0])
  expect(figure.inFlight).toBe(4)
  expect(figure.perSecond).toBeGreaterThan(0)
  expect(figure.p99).toBeGreaterThanOrEqual(figure.p50)
})

test('what fails is no figure', async () => {
  const once = () => Promise.reject(new Error('refused'))
  await expect(measureLoad({ inFlight: 1, seconds: 1, once }, systemClock)).rejects.toThrow(
    'refused',
  )
})

test('processor time is counted an operation, of each process', async () => {
  let done = 0
  const once = async () => {
    await sleep(1)
    done += 1
  }
  const cpu = async () => [100 + done * 7, done * 2]
  const figure = await measureLoad({ inFlight: 3, seconds: 0.1, once, cpu }, systemClock)
  expect(figure.cpu).toEqual([7, 2])
})

test('loads that are compared take turns, so that a slow moment of the machine falls on both', async () => {
  const order: string[] = []
  const load = (name: string, ms: number) => ({
    inFlight: 1,
    seconds: 0.2,
    once: async () => {
      if (order.at(-1) !== name) order.push(name)
      await sleep(ms)
    },
  })
  let told = 0
  const [slow, quick] = await measureInTurn(
    [load('slow', 10), load('quick', 2)],
    systemClock,
    () => void told++,
  )
  expect(told).toBe(2)
  expect(order.length).toBeGreaterThan(10)
  expect(slow.p50).toBeGreaterThanOrEqual(9)
  expect(quick.perSecond).toBeGreaterThan(slow.perSecond)
})

test('what ends while as many are in flight as shall be is counted, nothing before and nothing after', async () => {
  let nowMs = 0
  const once = async () => {
    nowMs += 10
  }
  const clock = { monotonicMs: () => nowMs }
  const figure = await measureLoad({ inFlight: 1, seconds: 8, once }, clock)
  expect(figure).toMatchObject({ perSecond: 100, p50: 10, p99: 10 })
})

test('where arriving is what counts, it is counted and not the answers', async () => {
  let sent = 0
  const once = async () => {
    await sleep(1)
    sent += 1
  }
  const load = { inFlight: 2, seconds: 0.4, once }
  const figure = await measureLoad({ ...load, arrived: async () => sent * 3 }, systemClock)
  const answers = await measureLoad(load, systemClock)
  expect(figure.perSecond / answers.perSecond).toBeGreaterThan(2)
})
