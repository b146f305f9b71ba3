import { expect, test } from 'vitest'
import { fromUtf8, toHex, utf8 } from '../../octets/octets.ts'
import { textFrame, webSocketAnswer, webSocketRequest } from './web-socket-octets.ts'

test('request and answer belong together', () => {
  expect(fromUtf8(webSocketRequest('/pne', 'cpns1.v1'))).toMatch(
    /^GET \/pne HTTP\/1\.1\r\n(?:.*\r\n)*Sec-WebSocket-Protocol: cpns1\.v1\r\n\r\n$/,
  )
  expect(fromUtf8(webSocketAnswer('cpns1.v1'))).toContain(
    'Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n',
  )
})

test('a server does not mask, a client masks with zeros', () => {
  expect(toHex(textFrame(utf8('ab'), false))).toBe('81026162')
  expect(toHex(textFrame(utf8('ab'), true))).toBe('8182000000006162')
})

test('126 octets and more have a length of two octets', () => {
  expect(toHex(textFrame(new Uint8Array(126), false)).slice(0, 8)).toBe('817e007e')
  expect(() => textFrame(new Uint8Array(65_536), false)).toThrow(RangeError)
})
