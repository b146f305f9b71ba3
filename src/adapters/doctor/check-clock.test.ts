import { expect, test } from 'vitest'
import { systemClock } from '../system/system-clock.ts'
import { checkClock } from './check-clock.ts'

/** A clock that goes on by so much while it is looked at. */
function look(startMs: number, passed: { readonly wallMs: number; readonly steadyMs: number }) {
  const now = { wall: startMs, steady: 0 }
  return checkClock({ nowMs: () => now.wall, monotonicMs: () => now.steady }, () => {
    now.wall += passed.wallMs
    now.steady += passed.steadyMs
    return Promise.resolve()
  })
}

const EVEN = { wallMs: 100, steadyMs: 100 }
const START = Date.UTC(2026, 0, 1)

test('the clock of this machine, and one like it, are fine', async () => {
  expect(await look(START, EVEN)).toEqual({
    what: 'clock',
    state: 'ok',
    found: '2026-01-01T00:00:00.000Z',
  })
  expect(await checkClock(systemClock)).toMatchObject({ what: 'clock' })
})

test.each([0, Date.UTC(2024, 11, 31), Date.UTC(2100, 0, 1)])(
  'a year that cannot be: %d',
  async (startMs) => {
    expect(await look(startMs, EVEN)).toMatchObject({
      state: 'problem',
      found: expect.stringContaining('it is the year') as string,
      advice: expect.stringContaining('set the clock') as string,
    })
  },
)

test.each([
  { wallMs: 3_600_000, steadyMs: 100 },
  { wallMs: -60_000, steadyMs: 100 },
  { wallMs: 1, steadyMs: 1 },
])('one that jumps: %o', async (passed) => {
  expect(await look(START, passed)).toMatchObject({ state: 'warning' })
})
