import { expect, test } from 'vitest'
import { FIRST_RETRY_MS, longerRetryMs, pauseUnless } from './retry-pause.ts'

test('each pause is twice as long as the one before, up to half a minute', () => {
  const pauses = [FIRST_RETRY_MS]
  for (let n = 0; n < 7; n++) pauses.push(longerRetryMs(pauses.at(-1) ?? 0))
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
})

test('a pause ends in time, or by its signal, and leaves no listener', async () => {
  await pauseUnless(new AbortController().signal, 1)
  const ending = new AbortController()
  const pausing = pauseUnless(ending.signal, 1_000_000)
  ending.abort()
  await pausing
  await pauseUnless(ending.signal, 1_000_000)
})
