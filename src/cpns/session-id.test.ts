import { expect, test } from 'vitest'
import { decodeSessionId, encodeSessionId } from './session-id.ts'

const TEXT = '000102030405060708090a0b0c0d0e0f'

test('16 octets on the wire, 32 lower-case hex digits elsewhere', () => {
  const octets = Uint8Array.from({ length: 16 }, (_, n) => n)
  expect(encodeSessionId(TEXT)).toEqual(octets)
  expect(decodeSessionId(octets)).toBe(TEXT)
})

test.each(['', TEXT.toUpperCase(), TEXT.slice(1), `${TEXT}0`, `${TEXT}\n`, TEXT.replace('f', 'g')])(
  'the text %j is none',
  (text) => {
    expect(() => encodeSessionId(text)).toThrow(RangeError)
  },
)

test('neither are 15 or 17 octets', () => {
  expect(() => decodeSessionId(new Uint8Array(15))).toThrow(RangeError)
  expect(() => decodeSessionId(new Uint8Array(17))).toThrow(RangeError)
})
