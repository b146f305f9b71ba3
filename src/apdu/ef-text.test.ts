import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeEfText, encodeEfText } from './ef-text.ts'
import { expectNoPrefixDecodes } from './truncation.fixture.ts'

test('one UTF-8 text behind tag 80', () => {
  const octets = encodeEfText('a@é', 8)
  expect(toHex(octets)).toBe('80046140c3a9ffff')
  expect(decodeEfText(octets, 'EF_IMPI')).toBe('a@é')
  expectNoPrefixDecodes(octets.subarray(0, 6), (cut) => decodeEfText(cut, 'EF_IMPI'))
})

test('an empty file, another tag and other octets are refused', () => {
  for (const hex of ['ffff', '81016100', '8001ff', '800361']) {
    expect(() => decodeEfText(fromHex(hex), 'EF_DOMAIN'), hex).toThrow(InvalidMessage)
  }
})

test('a text that does not fit is our own misuse', () => {
  expect(() => encodeEfText('abc', 4)).toThrow(RangeError)
})
