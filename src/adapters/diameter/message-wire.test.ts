import { expect, test } from 'vitest'
import { encodeAvps } from '../../diameter/base/avp-codec.ts'
import { decodeMessage } from '../../diameter/base/message.ts'
import { diameterWire } from './message-wire.ts'

const avp = (code: number, data: Uint8Array) => ({ code, vendorId: 10_415, mandatory: true, data })
const KEY = new Uint8Array(16).fill(7)
const message = (request: boolean) => ({
  commandCode: 303,
  applicationId: 16_777_221,
  request,
  proxiable: true,
  error: false,
  retransmitted: false,
  hopByHop: 1,
  endToEnd: 2,
  avps: [avp(612, encodeAvps([avp(625, KEY), avp(610, KEY)])), avp(405, KEY)],
})

function octetsOf(request: boolean, reveal: boolean): Uint8Array {
  const { protocol, octets } = diameterWire('a;1', () => message(request))({ reveal })
  expect(protocol).toBe('diameter')
  return octets
}

const hasKey = (octets: Uint8Array): boolean => octets.toString().includes(KEY.toString())

test('an answer has no key in it, unless it is wanted', () => {
  expect(hasKey(octetsOf(false, false))).toBe(false)
  expect(hasKey(octetsOf(false, true))).toBe(true)
  expect(octetsOf(false, false)).toHaveLength(octetsOf(false, true).length)
})

test('a request has none: RAND and AUTS stay', () => {
  expect(hasKey(octetsOf(true, false))).toBe(true)
})

test('request and answer of one session have the same identifiers, another session has others', () => {
  const request = decodeMessage(octetsOf(true, false))
  const answer = decodeMessage(octetsOf(false, false))
  expect(answer.hopByHop).toBe(request.hopByHop)
  expect(answer.endToEnd).toBe(request.endToEnd)
  const other = decodeMessage(diameterWire('a;2', () => message(true))({ reveal: false }).octets)
  expect(other.hopByHop).not.toBe(request.hopByHop)
})
