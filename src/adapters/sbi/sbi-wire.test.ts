import { expect, test } from 'vitest'
import { fromUtf8, utf8 } from '../../octets/octets.ts'
import { sbiRequestWire, sbiResponseWire } from './sbi-wire.ts'

const JSON_TYPE = 'application/json'

test('a request as HTTP/1.1', () => {
  const wire = sbiRequestWire({ method: 'GET', path: '/a', body: new Uint8Array(0) })
  expect(fromUtf8(wire({ reveal: false }).octets)).toBe(
    'GET /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n',
  )
})

test('an answer shows its keys only if they are wanted', () => {
  const { wire } = sbiResponseWire({
    status: 200,
    contentType: JSON_TYPE,
    body: utf8('{"ck":"ab"}'),
  })
  const told = (reveal: boolean) => fromUtf8(wire?.({ reveal }).octets ?? new Uint8Array(0))
  expect(told(false)).toContain('Content-Type: application/json\r\n')
  expect(told(false)).toContain('{"ck":"00"}')
  expect(told(true)).toContain('{"ck":"ab"}')
})

test('no answer has no octets', () => {
  expect(sbiResponseWire(undefined)).toEqual({})
})
