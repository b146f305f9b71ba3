import { expect, test } from 'vitest'
import { systemClock } from '../adapters/system/system-clock.ts'
import { measureLoad } from './bench-load.ts'

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
