import { expect, test } from 'vitest'
import { isStatus, STATUS_MEANINGS } from './status.ts'

test('M-6: the statuses, and no others', () => {
  expect(Object.keys(STATUS_MEANINGS).map(Number)).toEqual([
    200, 202, 400, 401, 402, 403, 404, 408, 409, 410, 413, 421, 426, 429, 500, 503,
  ])
  expect(isStatus(402)).toBe(true)
  expect([0, 201, 418, 402.5, Number.NaN].filter(isStatus)).toEqual([])
})
