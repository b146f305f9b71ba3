import { expect, test } from 'vitest'
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-status.ts'

test('are what scripts rely on', () => {
  expect([EXIT_OK, EXIT_FAILED, EXIT_USAGE]).toEqual([0, 1, 2])
})
