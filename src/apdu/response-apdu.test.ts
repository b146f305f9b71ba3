import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeResponse, encodeResponse } from './response-apdu.ts'

test('data, then SW1 SW2', () => {
  const response = decodeResponse(fromHex('0102039862'))
  expect([toHex(response.data), response.sw]).toEqual(['010203', 0x9862])
  expect(toHex(encodeResponse(response))).toBe('0102039862')
  expect(decodeResponse(fromHex('9000'))).toEqual({ data: new Uint8Array(0), sw: 0x9000 })
})

test('less than SW1 SW2, and more than 256 octets before it, are refused', () => {
  expect(() => decodeResponse(fromHex(''))).toThrow(InvalidMessage)
  expect(() => decodeResponse(fromHex('90'))).toThrow(InvalidMessage)
  expect(decodeResponse(new Uint8Array(258)).data).toHaveLength(256)
  expect(() => decodeResponse(new Uint8Array(259))).toThrow(InvalidMessage)
  expect(() => encodeResponse({ data: new Uint8Array(257), sw: 0x9000 })).toThrow(RangeError)
})
