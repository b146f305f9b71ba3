import { expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { assertLoopback, parseServerUrl } from './server-address.ts'

const HTTP = { secure: 'https', plain: 'http' }

test.each([
  ['https://cpns.example/cpns', 'cpns.example', 443, true],
  ['https://cpns.example:8443/cpns', 'cpns.example', 8443, true],
  ['https://[2001:db8::1]:8443/', '2001:db8::1', 8443, true],
  ['HTTPS://CPNS.Example', 'cpns.example', 443, true],
  ['http://localhost:1', 'localhost', 1, false],
  ['http://127.0.0.1', '127.0.0.1', 80, false],
  ['http://[::1]:8080', '::1', 8080, false],
])('%s', (text, host, port, secure) => {
  expect(parseServerUrl(text, HTTP)).toMatchObject({ host, port, secure })
})

test.each([
  '',
  'cpns.example',
  'cpns.example:8443',
  'wss://cpns.example',
  'file:///etc/passwd',
  'https://',
  'http://cpns.example',
  'http://192.0.2.1',
  'http://[::]',
])('%j is refused', (text) => {
  expect(() => parseServerUrl(text, HTTP)).toThrow(ConfigurationInvalid)
})

test('a URL with a password is refused without showing it', () => {
  const text = 'https://user:geheim@cpns.example'
  expect(() => parseServerUrl(text, HTTP)).toThrow(ConfigurationInvalid)
  expect(() => parseServerUrl(text, HTTP)).not.toThrow(/geheim/)
})

test.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.255.0.9', '::1', '0:0:0:0:0:0:0:1'])(
  '%s is this machine',
  (host) => {
    expect(() => assertLoopback(host)).not.toThrow()
  },
)

test.each(['', '0.0.0.0', '::', '128.0.0.1', 'localhost.example', '127.0.0.1.example', '::2'])(
  '%j is another machine, or all of them',
  (host) => {
    expect(() => assertLoopback(host)).toThrow(ConfigurationInvalid)
  },
)
