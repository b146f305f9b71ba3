import { expect, test } from 'vitest'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import { formatHttpRequest, formatHttpResponse, hideDigests, httpWire } from './http-octets.ts'

const NONE = new Uint8Array(0)

test('a request is written with the length of its body, whatever framing it had', () => {
  const octets = formatHttpRequest({
    method: 'POST',
    uri: '/x',
    headers: { host: 'a', 'transfer-encoding': 'chunked', accept: ['b', 'c'], ':path': '/x' },
    body: utf8('hi'),
  })
  expect(fromUtf8(octets)).toBe(
    'POST /x HTTP/1.1\r\nHost: a\r\nAccept: b\r\nAccept: c\r\nContent-Length: 2\r\n\r\nhi',
  )
})

test('a header that holds a line end cannot make a line of its own', () => {
  const headers = { a: 'b\r\ncontent-length: 9' }
  const octets = formatHttpResponse({ status: 200, headers, body: NONE })
  expect(fromUtf8(octets)).toBe(
    'HTTP/1.1 200 \r\nA: b content-length: 9\r\nContent-Length: 0\r\n\r\n',
  )
})

test('digests become zeros of the same length, nonces and bodies stay', () => {
  const headers = {
    authorization: 'Digest username="u", nonce="n", response="0a1b", rspauth=ff, cnonce="c"',
  }
  const octets = formatHttpRequest({
    method: 'GET',
    uri: '/',
    headers,
    body: utf8('response="ab"'),
  })
  const hidden = hideDigests(octets)
  expect(hidden).toHaveLength(octets.length)
  expect(fromUtf8(hidden)).toContain(
    'username="u", nonce="n", response="0000", rspauth=00, cnonce="c"',
  )
  expect(fromUtf8(hidden)).toContain('\r\n\r\nresponse="ab"')
  expect(fromUtf8(hideDigests(utf8('response="ab"')))).toBe('response="00"')
})

test('a wire shows digests only if they are wanted', () => {
  const wire = httpWire(() => utf8('response="ab"'))
  expect(fromUtf8(wire({ reveal: false }).octets)).toBe('response="00"')
  expect(fromUtf8(wire({ reveal: true }).octets)).toBe('response="ab"')
})
