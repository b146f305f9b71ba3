import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { parseWholeNumber } from './whole-number.ts'

test.each([
  ['1', 1],
  ['0007', 7],
  ['2147483647', 2_147_483_647],
])('%s', (text, value) => {
  expect(parseWholeNumber(text)).toBe(value)
})

test.each([
  '',
  '0',
  '00',
  '-1',
  '+1',
  '1.0',
  '1e3',
  '0x10',
  ' 1',
  '1 ',
  'one',
  '2147483648',
  '1'.repeat(11),
])('"%s" is none', (text) => {
  expect(() => parseWholeNumber(text)).toThrow(InvalidArgumentError)
})
