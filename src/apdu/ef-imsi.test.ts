import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseImsi } from '../identity/imsi.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeEfImsi, encodeEfImsi } from './ef-imsi.ts'
import { expectNoPrefixDecodes } from './truncation.fixture.ts'

test.each([
  ['001010123456789', '080910101032547698'],
  ['00101012345678', '0801101010325476f8'],
  ['262011', '04212610f1ffffffff'],
])('IMSI %s', (imsi, hex) => {
  expect(toHex(encodeEfImsi(parseImsi(imsi)))).toBe(hex)
  expect(decodeEfImsi(fromHex(hex))).toBe(imsi)
})

test('every length of IMSI comes back', () => {
  for (let length = 6; length <= 15; length++) {
    const imsi = parseImsi('123456789012345'.slice(0, length))
    expect(decodeEfImsi(encodeEfImsi(imsi))).toBe(imsi)
  }
})

test('a file cut short, empty, or with other nibbles is refused', () => {
  expectNoPrefixDecodes(fromHex('080910101032547698'), decodeEfImsi)
  for (const hex of [
    'ffffffffffffffffff',
    '000910101032547698',
    '090910101032547698ff',
    '082210101032547698',
    '08a910101032547698',
    '020910ffffffffffff',
  ]) {
    expect(() => decodeEfImsi(fromHex(hex)), hex).toThrow(InvalidMessage)
  }
})
