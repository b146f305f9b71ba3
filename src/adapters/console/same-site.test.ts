import { expect, test } from 'vitest'
import { isLoopbackHost, isOwnPost } from './same-site.ts'

test.each([
  ['localhost:8080', true],
  ['LOCALHOST', true],
  ['127.0.0.1:1', true],
  ['127.9.8.7:65535', true],
  ['[::1]:8080', true],
  ['evil.example', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example:80', false],
  ['192.0.2.1:8080', false],
  ['', false],
])('Host %s', (host, expected) => {
  expect(isLoopbackHost({ host })).toBe(expected)
})

test('without Host', () => expect(isLoopbackHost({})).toBe(false))

test.each([
  ['no header of ours', { host: 'a:1' }, false],
  ['our header, no origin', { host: 'a:1', 'x-cpns-console': '1' }, true],
  ['our own origin', { host: 'a:1', 'x-cpns-console': '1', origin: 'http://a:1' }, true],
  ['another port', { host: 'a:1', 'x-cpns-console': '1', origin: 'http://a:2' }, false],
  ['another site', { host: 'a:1', 'x-cpns-console': '1', origin: 'https://evil.example' }, false],
  ['no origin at all', { host: 'a:1', 'x-cpns-console': '1', origin: 'null' }, false],
])('a POST with %s', (_, headers, expected) => {
  expect(isOwnPost(headers)).toBe(expected)
})
