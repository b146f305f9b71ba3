import { expect, test } from 'vitest'
import { ConfigurationInvalid, InvalidMessage } from '../errors/errors.ts'
import { fromHex } from '../octets/octets.ts'
import { readFlag, readKey, readOctets } from './flag-values.ts'

test('a value that cannot be read is a usage error that names the flag', () => {
  expect(readFlag('--x', () => 1)).toBe(1)
  const wrong = () => {
    throw new InvalidMessage('not a number', 'field')
  }
  expect(() => readFlag('--x', wrong)).toThrow(new ConfigurationInvalid('--x: not a number'))
  const broken = () => {
    throw new RangeError('a fault of ours')
  }
  expect(() => readFlag('--x', broken)).toThrow(RangeError)
})

test('octets of the lengths that are allowed', () => {
  expect(readOctets('--k', undefined, [2])).toBeUndefined()
  expect(readOctets('--k', 'ABcd', [2, 4])).toEqual(fromHex('abcd'))
  expect(readKey('--k', undefined, [2])).toBeUndefined()
  expect(readKey('--k', 'abcd', [2])?.reveal()).toEqual(fromHex('abcd'))
})

test.each([
  ['abc', '--k: not an even number of hex digits'],
  ['secret', '--k: not an even number of hex digits'],
  ['abcdef', '--k: not 4 or 8 hex digits'],
])('%s', (hex, message) => {
  expect(() => readKey('--k', hex, [2, 4])).toThrow(new ConfigurationInvalid(message))
})
