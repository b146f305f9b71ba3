import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { formatHostPort, parseHostPort } from './host-port.ts'

test.each([
  ['localhost:35963', 'localhost', 35_963],
  ['127.0.0.1:0', '127.0.0.1', 0],
  ['[::1]:65535', '::1', 65_535],
])('%s', (text, host, port) => {
  expect(parseHostPort(text)).toEqual({ host, port })
  expect(formatHostPort({ host, port })).toBe(text)
})

test.each([
  '',
  'localhost',
  ':1',
  'localhost:',
  'localhost:x',
  'localhost:-1',
  'localhost:65536',
  'localhost:123456',
  '::1:1',
  '[localhost]:1',
  '[]:1',
  'a b:1',
  'http://localhost:1',
  'user@localhost:1',
])('no address: %j', (text) => {
  expect(() => parseHostPort(text)).toThrow(InvalidArgumentError)
})
