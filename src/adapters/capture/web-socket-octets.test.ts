import { expect, test } from 'vitest'
import { fromUtf8, toHex, utf8 } from '../../octets/octets.ts'
import { webSocketAnswer, webSocketFrame, webSocketRequest } from './web-socket-octets.ts'

test('request and answer belong together', () => {
  expect(fromUtf8(webSocketRequest('/pne', 'cpns1.v1'))).toMatch(
    /^GET \/pne HTTP\/1\.1\r\n(?:.*\r\n)*Sec-WebSocket-Protocol: cpns1\.v1\r\n\r\n$/,
  )
  expect(fromUtf8(webSocketAnswer('cpns1.v1'))).toContain(
    'Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n',
  )
})

test('a server does not mask, a client masks with zeros', () => {
  const frame = (isClient: boolean) => webSocketFrame(utf8('ab'), { isClient, isText: true })
  expect(toHex(frame(false))).toBe('81026162')
  expect(toHex(frame(true))).toBe('8182000000006162')
})

test('126 octets and more have a length of two octets, over 65535 one of eight', () => {
  const startOf = (length: number) =>
    toHex(webSocketFrame(new Uint8Array(length), { isClient: false, isText: false })).slice(0, 20)
  expect(startOf(126)).toBe('827e007e000000000000')
  expect(startOf(65_535)).toBe('827effff000000000000')
  expect(startOf(65_536)).toBe('827f0000000000010000')
})
