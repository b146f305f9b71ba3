import { expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createExpirySweep } from './expiry-sweep.ts'

test('a removal a minute at most, and a failure is logged and no more', async () => {
  const clock = createVirtualClock(5_000_000)
  const asked: number[] = []
  const logged: string[] = []
  const record = (event: string) => {
    logged.push(event)
  }
  const sweep = createExpirySweep({
    store: {
      removeExpired: async (nowMs) => {
        asked.push(nowMs)
        if (asked.length > 1) throw new Error('broken')
        return 3
      },
    },
    clock,
    log: { info: record, warn: record, error: record },
  })
  sweep()
  await clock.advance(59_999)
  sweep()
  expect(asked).toEqual([])
  await clock.advance(1)
  sweep()
  sweep()
  await clock.advance(60_000)
  sweep()
  await clock.advance(0)
  expect(asked).toEqual([5_060_000, 5_120_000])
  expect(logged).toEqual(['expired-removed', 'expired-not-removed'])
})
