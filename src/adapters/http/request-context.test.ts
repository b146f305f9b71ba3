import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { pathOf, requestContext } from './request-context.ts'

const from = (remoteAddress: string | undefined) =>
  ({ socket: { remoteAddress } }) as unknown as IncomingMessage

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '::ffff:c000:201'],
  ['2001:db8::1', '2001:db8::1'],
  [undefined, 'unknown'],
])('the peer %s is called %s', (address, expected) => {
  expect(requestContext(from(address), true)).toEqual({ remoteAddress: expected, secure: true })
})

test('who is nobody of PSK-TLS has no peer', () => {
  expect(requestContext(from('127.0.0.1'), true)).not.toHaveProperty('pskPeer')
})

test.each([
  ['/cpns', '/cpns'],
  ['/cpns?a=/b?c', '/cpns'],
  ['/', '/'],
  [undefined, ''],
])('the path of %s is %s', (url, expected) => {
  expect(pathOf({ url } as IncomingMessage)).toBe(expected)
})
