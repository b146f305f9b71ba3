import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseImsi } from '../identity/imsi.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeEfImsiM, encodeEfImsiM } from './ef-imsi-m.ts'
import { expectNoPrefixDecodes } from './truncation.fixture.ts'

test.each([
  // By hand: MCC 310 -> 209, 11_12 12 -> 01, S2 123 -> 012, S1 456 -> 345, 7, 890 -> 789.
  ['310121234567890', '000c00155f560180d100'],
  // 0 counts as 10 everywhere: 000 -> 999, 00 -> 99, digit 0 -> 10.
  ['000000000000000', '00e703e7ebf96380e703'],
])('IMSI %s', (imsi, hex) => {
  expect(toHex(encodeEfImsiM(parseImsi(imsi)))).toBe(hex)
  expect(decodeEfImsiM(fromHex(hex))).toBe(imsi)
})

test('what cannot be an IMSI is refused', () => {
  expectNoPrefixDecodes(fromHex('00e703e7ebf96380e703'), decodeEfImsiM)
  for (const hex of [
    'ffffffffffffffffffff',
    '01e703e7ebf96380e703',
    '00e703e7ebf96300e703',
    '00e703e783f96380e703',
    '00e803e7ebf96380e703',
    '00e703e7ebf96480e703',
    '00e703e7ebf96380e803',
  ]) {
    expect(() => decodeEfImsiM(fromHex(hex)), hex).toThrow(InvalidMessage)
  }
  expect(() => encodeEfImsiM(parseImsi('00101012345678'))).toThrow(RangeError)
})
