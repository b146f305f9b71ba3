import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { parseSeconds } from './bench-seconds.ts'

test('from a hundredth of a second to an hour', () => {
  expect(['0.01', '2', '3600'].map(parseSeconds)).toEqual([0.01, 2, 3600])
  for (const text of ['0', '0.001', '3601', '-1', '1e2', '']) {
    expect(() => parseSeconds(text)).toThrow(InvalidArgumentError)
  }
})
